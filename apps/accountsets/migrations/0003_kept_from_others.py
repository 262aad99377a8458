"""The owner executes what a schema template holds: the application may not even read it, whatever
its role is called."""

from django.db import migrations

from engine.database import keep_from_others


class Migration(migrations.Migration):
    dependencies = [("accountsets", "0002_schema_template")]

    operations = [
        migrations.RunSQL(keep_from_others("accountsets_schematemplate", "ALL"), migrations.RunSQL.noop)
    ]
