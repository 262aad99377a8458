"""Indexes with what scopes and orders over foreign keys read."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parameters", "0001_initial"),
        ("people", "0003_incompatible_duties_and_signatures"),
        ("sales", "0011_order_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                fields=["owner", "id"],
                include=("department", "customer", "role"),
                name="contact_scope",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                fields=["owner", "id"],
                include=("department", "merged_into", "level", "industry", "region", "source"),
                name="customer_scope",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                fields=["owner", "id"],
                include=(
                    "department",
                    "region",
                    "industry",
                    "source",
                    "timing",
                    "customer",
                    "company",
                ),
                name="lead_scope",
            ),
        ),
        migrations.AddIndex(
            model_name="salesactivity",
            index=models.Index(
                fields=["owner", "id"],
                include=("department", "kind", "state"),
                name="activity_scope",
            ),
        ),
        migrations.AddIndex(
            model_name="targetcompany",
            index=models.Index(
                fields=["owner", "id"],
                include=("department", "state", "region", "industry", "source"),
                name="company_scope",
            ),
        ),
    ]
