"""Indexes for customers of some departments, leads to be contacted and stays in stages."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.accountsets.indexing import AddIndexInUse


class Migration(migrations.Migration):
    atomic = False  # so that indexes can be made while the tables are in use

    dependencies = [
        ("parameters", "0001_initial"),
        ("people", "0004_first_day_of_work"),
        ("sales", "0017_orders_over_foreign_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexInUse(
            model_name="customer",
            index=models.Index(
                fields=["department"], include=("id", "merged_into"), name="customer_seen"
            ),
        ),
        AddIndexInUse(
            model_name="lead",
            index=models.Index(
                condition=models.Q(
                    ("state", "new"),
                    ("state", "following"),
                    ("state", "submitted"),
                    ("state", "returned"),
                    ("state", "conflict"),
                    _connector="OR",
                ),
                fields=["next_contact_on"],
                include=("id", "owner", "department", "budget"),
                name="lead_due",
            ),
        ),
        AddIndexInUse(
            model_name="stagechange",
            index=models.Index(
                fields=["opportunity"], include=("from_stage", "days"), name="stage_change_of"
            ),
        ),
        migrations.AlterField(
            model_name="stagechange",
            name="opportunity",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="stage_changes",
                to="sales.opportunity",
            ),
        ),
    ]
