"""Open tasks are found without reading the closed ones: for changes of people. No role but the
owner's may change the trail, whatever it is called. Mails that are refused become jobs."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("engine", "0007_failed_decisions_and_follow_up")]

    operations = [
        migrations.RunSQL((SQL / "trail.sql").read_text(), migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                max_length=10,
                choices=[
                    ("timer", "Timer"),
                    ("message", "Message"),
                    ("reassign", "Assign again"),
                    ("mail", "Mail"),
                ],
            ),
        ),
        migrations.AddIndex(
            model_name="humantask",
            index=models.Index(
                condition=models.Q(("state__lte", 3)), fields=["id"], name="engine_task_open"
            ),
        ),
    ]
