"""What begins like a surname is found by both of its readings."""

from django.db import migrations

from apps.core.kinds.rereading import read_anew


class Migration(migrations.Migration):
    dependencies = [("contracts", "0004_amendments")]
    operations = [migrations.RunPython(read_anew("contracts"), migrations.RunPython.noop)]
