"""Whether an instalment was agreed as an amount is a field of its form."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0001_squashed_0008_closing'),
    ]

    operations = [
        migrations.AlterField(
            model_name='instalment',
            name='by_amount',
            field=models.BooleanField(default=False, verbose_name='agreed as an amount'),
        ),
        migrations.AlterField(
            model_name='instalmentevent',
            name='by_amount',
            field=models.BooleanField(default=False, verbose_name='agreed as an amount'),
        ),
    ]
