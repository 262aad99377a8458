"""Indexes in the orders in which lists are read."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parameters", "0001_initial"),
        ("people", "0003_incompatible_duties_and_signatures"),
        ("sales", "0010_activity_done_at"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="lead",
            name="lead_state",
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["name", "id"], name="contact_by_name"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["position", "id"], name="contact_by_position"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["mobile", "id"], name="contact_by_mobile"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["phone", "id"], name="contact_by_phone"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["primary", "id"], name="contact_by_primary"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["changed_at", "id"], name="contact_by_changed_at"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                fields=["stage", "-changed_at", "-id"], name="customer_stage_changed"
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["phone", "id"], name="customer_by_phone"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                fields=["last_contact_at", "id"], name="customer_by_last_contact_at"
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["stage", "id"], name="customer_by_stage"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["changed_at", "id"], name="customer_by_changed_at"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["state", "-changed_at", "-id"], name="lead_state_changed"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["name", "id"], name="lead_by_name"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["contact_name", "id"], name="lead_by_contact_name"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["contact_mobile", "id"], name="lead_by_contact_mobile"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["budget", "id"], name="lead_by_budget"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["next_contact_on", "id"], name="lead_by_next_contact_on"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["last_contact_at", "id"], name="lead_by_last_contact_at"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["state", "id"], name="lead_by_state"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["changed_at", "id"], name="lead_by_changed_at"),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                fields=["state", "-changed_at", "-id"], name="opportunity_state_changed"
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(fields=["name", "id"], name="opportunity_by_name"),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(fields=["amount", "id"], name="opportunity_by_amount"),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(fields=["expected_on", "id"], name="opportunity_by_expected_on"),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(fields=["state", "id"], name="opportunity_by_state"),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(fields=["changed_at", "id"], name="opportunity_by_changed_at"),
        ),
        migrations.AddIndex(
            model_name="salesactivity",
            index=models.Index(
                fields=["state", "-planned_at", "-id"], name="activity_state_planned"
            ),
        ),
        migrations.AddIndex(
            model_name="salesactivity",
            index=models.Index(fields=["subject", "id"], name="activity_by_subject"),
        ),
        migrations.AddIndex(
            model_name="salesactivity",
            index=models.Index(fields=["state", "id"], name="activity_by_state"),
        ),
        migrations.AddIndex(
            model_name="targetcompany",
            index=models.Index(fields=["name", "id"], name="company_by_name"),
        ),
        migrations.AddIndex(
            model_name="targetcompany",
            index=models.Index(fields=["contact_name", "id"], name="company_by_contact_name"),
        ),
        migrations.AddIndex(
            model_name="targetcompany",
            index=models.Index(fields=["phone", "id"], name="company_by_phone"),
        ),
        migrations.AddIndex(
            model_name="targetcompany",
            index=models.Index(fields=["claimed_at", "id"], name="company_by_claimed_at"),
        ),
        migrations.AddIndex(
            model_name="targetcompany",
            index=models.Index(fields=["last_contact_at", "id"], name="company_by_last_contact_at"),
        ),
        migrations.AddIndex(
            model_name="targetcompany",
            index=models.Index(fields=["state", "id"], name="company_by_state"),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                fields=["owner"],
                include=(
                    "id",
                    "department",
                    "customer",
                    "state",
                    "stage",
                    "furthest",
                    "loss_reason",
                    "amount",
                    "win_rate",
                ),
                name="opportunity_funnel",
            ),
        ),
    ]
