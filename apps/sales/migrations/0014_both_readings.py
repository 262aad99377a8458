"""What begins like a surname is found by both of its readings."""

from django.db import migrations

from apps.core.kinds.rereading import read_anew


class Migration(migrations.Migration):
    dependencies = [("sales", "0013_seen_with_customers")]
    operations = [migrations.RunPython(read_anew("sales"), migrations.RunPython.noop)]
