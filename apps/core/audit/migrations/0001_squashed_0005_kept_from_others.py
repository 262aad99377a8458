"""The audit log, which only grows: a trigger refuses every change, and web and workers may not
even try, whatever their role is called."""

from django.db import migrations, models

from engine.database import keep_from_others

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

    initial = True

    replaces = [
        ('audit', '0001_initial'),
        ('audit', '0002_append_only'),
        ('audit', '0003_transfers_and_merges'),
        ('audit', '0004_company_events'),
        ('audit', '0005_kept_from_others'),
    ]

    dependencies = [
        ('engine', '0001_squashed_0012_history_without_checks'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('actor', models.BigIntegerField(null=True, verbose_name='who')),
                ('address', models.GenericIPAddressField(null=True, verbose_name='address')),
                ('event', models.CharField(choices=[('login.done', 'Logged in'), ('login.failed', 'Login refused'), ('login.locked', 'Login locked'), ('login.unlocked', 'Login unlocked'), ('login.out', 'Logged out'), ('login.sessions', 'Signed out everywhere'), ('password.changed', 'Password changed'), ('password.reset', 'Password reset'), ('totp.on', 'Second step of login switched on'), ('totp.off', 'Second step of login switched off'), ('totp.codes', 'Recovery codes made'), ('user.made', 'User made'), ('user.changed', 'User changed'), ('user.disabled', 'User disabled'), ('user.enabled', 'User enabled'), ('employee.changed', 'Employee changed'), ('employee.handed_over', 'Handed over'), ('department.made', 'Department made'), ('department.changed', 'Department changed'), ('department.deleted', 'Department deleted'), ('role.made', 'Role made'), ('role.changed', 'Role changed'), ('role.deleted', 'Role deleted'), ('role.granted', 'Role granted'), ('role.withdrawn', 'Role withdrawn'), ('rights.changed', 'Rights changed'), ('substitute.appointed', 'Substitute appointed'), ('substitute.ended', 'Substitution ended'), ('calendar.changed', 'Working calendar changed'), ('data.exported', 'Exported'), ('data.imported', 'Imported'), ('definition.deployed', 'Process deployed'), ('definition.suspended', 'Process suspended'), ('definition.resumed', 'Process resumed'), ('settings.changed', 'Settings changed'), ('record.transferred', 'Transferred'), ('record.merged', 'Merged'), ('record.shared', 'Shared'), ('record.unshared', 'No longer shared'), ('company.claimed', 'Company claimed'), ('company.assigned', 'Company assigned'), ('company.released', 'Company released'), ('company.recycled', 'Company taken back'), ('company.promoted', 'Company promoted'), ('company.reopened', 'Company reopened'), ('company.void', 'Company made void')], max_length=32, verbose_name='event')),
                ('subject', models.CharField(blank=True, max_length=100)),
                ('label', models.CharField(blank=True, max_length=200, verbose_name='concerns')),
                ('before', models.JSONField(default=dict, verbose_name='before')),
                ('after', models.JSONField(default=dict, verbose_name='after')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit log',
                'indexes': [
                    models.Index(fields=['at'], name='audit_at'),
                    models.Index(fields=['actor', '-id'], name='audit_actor'),
                    models.Index(fields=['event', '-id'], name='audit_event'),
                    models.Index(fields=['subject', '-id'], name='audit_subject'),
                ],
            },
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
        migrations.RunSQL(
            keep_from_others('audit_auditentry', 'UPDATE, DELETE, TRUNCATE'), migrations.RunSQL.noop
        ),
    ]
