"""The audit log only grows: a trigger refuses every change."""

from django.db import migrations

PROTECT = """
CREATE TRIGGER audit_rows BEFORE UPDATE OR DELETE ON audit_auditentry
    FOR EACH ROW EXECUTE FUNCTION engine_refuse_change();
CREATE TRIGGER audit_table BEFORE TRUNCATE ON audit_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION engine_refuse_change();
"""
UNPROTECT = """
DROP TRIGGER audit_rows ON audit_auditentry;
DROP TRIGGER audit_table ON audit_auditentry;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("engine", "0002_functions")]

    operations = [migrations.RunSQL(PROTECT, UNPROTECT)]
