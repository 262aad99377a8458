"""Whose success a customer is."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_squashed_0004_first_day_of_work'),
        ('sales', '0001_squashed_0020_one_primary_contact'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='customer',
            name='credited_to',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='success of'),
        ),
        migrations.AddField(
            model_name='customer',
            name='credited_unit',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department', verbose_name='success of the department'),
        ),
        migrations.RunSQL(  # what is there is its owner's from now on
            'UPDATE sales_customer SET credited_to_id = owner_id, credited_unit_id = department_id'
            " WHERE won_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]
