"""Why a decision failed is told in the trail; the store takes the follow-up date of a new task."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("engine", "0006_snoozed_tasks")]

    operations = [
        migrations.RunSQL((SQL / "store.sql").read_text(), migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="trailentry",
            name="event",
            field=models.CharField(
                max_length=30,
                choices=[
                    ("instance.started", "Started"),
                    ("instance.completed", "Completed"),
                    ("instance.suspended", "Suspended"),
                    ("instance.resumed", "Resumed"),
                    ("instance.terminated", "Terminated"),
                    ("task.created", "Asked"),
                    ("task.claimed", "Claimed"),
                    ("task.unclaimed", "Put back"),
                    ("task.assigned", "Assigned"),
                    ("task.transferred", "Transferred"),
                    ("task.delegated", "Delegated"),
                    ("task.resolved", "Delegation answered"),
                    ("task.completed", "Decided"),
                    ("task.failed", "Decision failed"),
                    ("task.cancelled", "No longer asked"),
                    ("task.reassigned", "Assigned again"),
                    ("task.rescheduled", "Dates changed"),
                    ("task.urged", "Urged"),
                    ("instance.copied", "Copy sent"),
                    ("candidate.added", "Further candidate"),
                    ("approver.added", "Approver added"),
                    ("approver.removed", "Approver removed"),
                    ("instance.sent_back", "Sent back"),
                    ("timer.fired", "Timer fired"),
                    ("timer.moved", "Timer moved"),
                    ("message.received", "Message received"),
                    ("message.dropped", "Message without receiver"),
                    ("variables.set", "Data edited"),
                    ("incident.opened", "Incident"),
                    ("incident.retried", "Tried again"),
                    ("incident.skipped", "Skipped"),
                    ("note", "Note"),
                ],
            ),
        ),
    ]
