"""Contracts that were made from an opportunity name it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CONTRACT, OPPORTUNITY = "contracts.salescontract:", "sales.opportunity:"


def name_opportunities(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    links = apps.get_model("links", "DocumentLink").objects
    opportunities = apps.get_model("sales", "Opportunity").objects
    contracts = apps.get_model("contracts", "SalesContract").objects
    found = links.filter(source__startswith=OPPORTUNITY, target__startswith=CONTRACT)
    for source, target in found.values_list("source", "target").distinct():
        opportunity = opportunities.filter(pk=source.removeprefix(OPPORTUNITY)).first()
        contract = contracts.filter(pk=target.removeprefix(CONTRACT)).first()
        if opportunity and contract and opportunity.customer_id == contract.customer_id:
            versions = contracts.filter(number=contract.number, opportunity=None)
            versions.update(opportunity=opportunity)


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0006_opportunity_and_phone"),
        ("links", "0001_initial"),
    ]
    operations = [migrations.RunPython(name_opportunities, migrations.RunPython.noop)]
