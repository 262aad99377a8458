"""Cases under way are counted by process without reading those that have ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("engine", "0009_stored_files")]

    operations = [
        migrations.AddIndex(
            model_name="processinstance",
            index=models.Index(
                condition=models.Q(("state__lte", 2)),
                fields=["definition"],
                name="engine_instance_living",
            ),
        ),
    ]
