"""What begins like a surname is found by both of its readings."""

from django.db import migrations

from apps.core.kinds.rereading import read_anew


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_tax_rates")]
    operations = [migrations.RunPython(read_anew("catalog"), migrations.RunPython.noop)]
