"""The index that scopes of activities read knows their customers too."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parameters", "0001_initial"),
        ("people", "0003_incompatible_duties_and_signatures"),
        ("sales", "0012_scope_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(model_name="salesactivity", name="activity_scope"),
        migrations.AddIndex(
            model_name="salesactivity",
            index=models.Index(
                fields=["owner", "id"],
                include=("department", "kind", "state", "customer"),
                name="activity_scope",
            ),
        ),
    ]
