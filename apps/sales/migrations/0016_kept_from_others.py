"""Web and workers may not even try to change how opportunities came through their stages, whatever
their role is called."""

from django.db import migrations

from engine.database import keep_from_others


class Migration(migrations.Migration):
    dependencies = [("sales", "0015_phones_as_called")]

    operations = [
        migrations.RunSQL(keep_from_others("sales_stagechange", "UPDATE, TRUNCATE"), migrations.RunSQL.noop)
    ]
