"""Indexes that say all that counting birthdays and what is past its day reads."""

from django.conf import settings
from django.db import migrations, models

from apps.accountsets.indexing import AddIndexInUse


class Migration(migrations.Migration):
    atomic = False  # so that indexes can be made while the tables are in use

    dependencies = [
        ("parameters", "0001_initial"),
        ("people", "0004_first_day_of_work"),
        ("sales", "0018_found_at_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexInUse(
            model_name="contact",
            index=models.Index(
                fields=["birth_month", "birth_day"],
                include=("id", "birth_calendar", "owner", "department", "customer"),
                name="contact_birthdays",
            ),
        ),
        migrations.RemoveIndex(model_name="contact", name="contact_birthday"),
        AddIndexInUse(
            model_name="opportunity",
            index=models.Index(
                fields=["state", "expected_on"],
                include=("id", "owner", "department", "customer"),
                name="opportunity_due",
            ),
        ),
        migrations.RemoveIndex(model_name="opportunity", name="opportunity_expected"),
    ]
