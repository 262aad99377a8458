"""The store with joins by index only, and states beside their instances."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("engine", "0004_batches_and_copies")]

    operations = [migrations.RunSQL((SQL / "store.sql").read_text(), migrations.RunSQL.noop)]
