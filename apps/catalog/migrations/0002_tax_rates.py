"""The rates of VAT that the law knows."""

from decimal import Decimal

from django.db import migrations

RATES = [
    ("13%", "13", "taxed"),
    ("9%", "9", "taxed"),
    ("6%", "6", "taxed"),
    ("5%", "5", "taxed"),
    ("3%", "3", "taxed"),
    ("1%", "1", "taxed"),
    ("0%", "0", "taxed"),
    ("免税", "0", "exempt"),
    ("不征税", "0", "not_taxed"),
]


def enter_rates(apps, schema_editor):
    rate = apps.get_model("catalog", "TaxRate")
    rate.objects.bulk_create(
        rate(name=name, percent=Decimal(percent), treatment=treatment, position=position)
        for position, (name, percent, treatment) in enumerate(RATES, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunPython(enter_rates, migrations.RunPython.noop)]
