"""Numbers of general requests, which have no table."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE core_request_number", "DROP SEQUENCE core_request_number"
        )
    ]
