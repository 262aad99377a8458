"""Web and workers may not even try to change the audit log, whatever their role is called."""

from django.db import migrations

from engine.database import keep_from_others


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_company_events")]

    operations = [
        migrations.RunSQL(keep_from_others("audit_auditentry", "UPDATE, DELETE, TRUNCATE"), migrations.RunSQL.noop)
    ]
