"""The stages that selling begins with; and how opportunities came through them is never altered."""

from django.db import migrations

STAGES = [
    ("初步接洽", 10),
    ("需求确认", 25),
    ("方案与报价", 45),
    ("商务谈判", 70),
    ("合同签订", 90),
]
PROTECT = """
CREATE TRIGGER stage_change_rows BEFORE UPDATE ON sales_stagechange
    FOR EACH ROW EXECUTE FUNCTION engine_refuse_change();
"""


def enter_stages(apps, schema_editor):
    stage = apps.get_model("sales", "OpportunityStage")
    stage.objects.bulk_create(
        stage(name=name, win_rate=rate, position=position)
        for position, (name, rate) in enumerate(STAGES, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("sales", "0003_opportunities"), ("engine", "0002_functions")]
    operations = [
        migrations.RunPython(enter_stages, migrations.RunPython.noop),
        migrations.RunSQL(PROTECT, "DROP TRIGGER stage_change_rows ON sales_stagechange"),
    ]
