"""Changes of people, and mails that belong to no case, have incidents too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("engine", "0010_living_instances")]

    operations = [
        migrations.AlterField(
            model_name="incident",
            name="instance",
            field=models.ForeignKey(
                null=True,
                on_delete=models.deletion.CASCADE,
                related_name="incidents",
                to="engine.processinstance",
            ),
        ),
    ]
