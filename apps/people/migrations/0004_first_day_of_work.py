"""Whoever is hired for a later day is asked when that has come."""

from django.db import migrations, models

AWAIT_FIRST_DAYS = "UPDATE people_employee SET began = false WHERE hired_on > CURRENT_DATE"


class Migration(migrations.Migration):
    dependencies = [("people", "0003_incompatible_duties_and_signatures")]

    operations = [
        migrations.AddField(
            model_name="employee",
            name="began",
            field=models.BooleanField(default=True, editable=False),
        ),
        migrations.RunSQL(AWAIT_FIRST_DAYS, migrations.RunSQL.noop),
    ]
