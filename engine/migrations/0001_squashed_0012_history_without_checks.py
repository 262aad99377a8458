"""The tables and functions of the engine, and what keeps the trail as it was written."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from engine.migrating import CreateModels

SQL = Path(__file__).parent.parent / 'sql'


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('engine', '0001_initial'),
        ('engine', '0002_functions'),
        ('engine', '0003_instance_starter'),
        ('engine', '0004_batches_and_copies'),
        ('engine', '0005_store_again'),
        ('engine', '0006_snoozed_tasks'),
        ('engine', '0007_failed_decisions_and_follow_up'),
        ('engine', '0008_open_tasks'),
        ('engine', '0009_stored_files'),
        ('engine', '0010_living_instances'),
        ('engine', '0011_incidents_of_no_case'),
        ('engine', '0012_history_without_checks'),
    ]

    dependencies = [
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='Audience',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('digest', models.UUIDField(help_text='MD5 of the sorted user ids', unique=True)),
                    ('size', models.PositiveIntegerField()),
                ],
            ),
            migrations.CreateModel(
                name='Deployment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('source', models.CharField(choices=[('shipped', 'Shipped with the product'), ('admin', 'Changed by a process administrator')], max_length=10)),
                    ('deployed_by', models.BigIntegerField(null=True)),
                    ('deployed_at', models.DateTimeField()),
                    ('note', models.CharField(blank=True, max_length=500)),
                ],
            ),
            migrations.CreateModel(
                name='TrailCheckpoint',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('line', models.PositiveIntegerField(default=1)),
                    ('at', models.DateTimeField()),
                    ('upto', models.BigIntegerField(help_text='entries of transactions below this one are in')),
                    ('entries', models.PositiveIntegerField()),
                    ('digest', models.BinaryField(help_text="SHA-256 over the entries' hashes, by id")),
                    ('signature', models.BinaryField(help_text='HMAC of this row and the one before')),
                ],
            ),
            migrations.CreateModel(
                name='OutboxMessage',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('message_id', models.CharField(max_length=200, unique=True)),
                    ('kind', models.CharField(max_length=20)),
                    ('payload', models.JSONField()),
                    ('created_at', models.DateTimeField()),
                    ('due_at', models.DateTimeField()),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('locked_until', models.DateTimeField(null=True)),
                    ('sent_at', models.DateTimeField(null=True)),
                    ('error', models.TextField(blank=True)),
                ],
                options={
                    'indexes': [
                        models.Index(condition=models.Q(('sent_at__isnull', True)), fields=['due_at'], name='engine_outbox_due'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='ProcessDefinition',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=100)),
                    ('version', models.PositiveIntegerField()),
                    ('checksum', models.CharField(help_text='over all its resources', max_length=64)),
                    ('name', models.CharField(max_length=200)),
                    ('name_en', models.CharField(blank=True, max_length=200)),
                    ('compiled', models.BinaryField(help_text='stored form of engine.spiff, compressed')),
                    ('suspended', models.BooleanField(default=False, help_text='no new instances')),
                    ('deployment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='definitions', to='engine.deployment')),
                    ('resources', models.ManyToManyField(related_name='definitions', to='engine.resource')),
                ],
                options={
                    'constraints': [
                        models.UniqueConstraint(fields=('key', 'version'), name='engine_definition_version'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='ProcessInstance',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('business_key', models.CharField(help_text='what it is about', max_length=200)),
                    ('state', models.PositiveSmallIntegerField(choices=[(1, 'Active'), (2, 'Suspended'), (3, 'Completed'), (4, 'Terminated')])),
                    ('exclusive', models.BooleanField(default=False, help_text='only one such instance may live per business key')),
                    ('starter', models.BigIntegerField(null=True)),
                    ('started_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(null=True)),
                    ('end_event', models.CharField(blank=True, max_length=100)),
                    ('outcome', models.CharField(blank=True, max_length=100)),
                    ('version', models.PositiveIntegerField(default=1, help_text='grows with every step')),
                    ('card', models.JSONField(default=dict, help_text='subject, party, amount, queue')),
                    ('runtime', models.BinaryField(help_text='state of engine.spiff; none once ended', null=True)),
                    ('trail_length', models.PositiveIntegerField(default=0)),
                    ('trail_head', models.BinaryField(default=b'', help_text='hash of the last trail entry')),
                    ('definition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instances', to='engine.processdefinition')),
                ],
                options={
                    'indexes': [
                        models.Index(fields=['business_key'], name='engine_instance_key'),
                        models.Index(fields=['starter', '-id'], name='engine_instance_starter'),
                        models.Index(condition=models.Q(('state__lte', 2)), fields=['definition'], name='engine_instance_living'),
                    ],
                    'constraints': [
                        models.UniqueConstraint(condition=models.Q(('exclusive', True), ('state__lte', 2)), fields=('business_key',), name='engine_instance_exclusive'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='Job',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('timer', 'Timer'), ('message', 'Message'), ('reassign', 'Assign again'), ('mail', 'Mail')], max_length=10)),
                    ('task_id', models.UUIDField(help_text='the waiting timer', null=True)),
                    ('process', models.CharField(blank=True, max_length=100)),
                    ('element', models.CharField(blank=True, max_length=100)),
                    ('payload', models.JSONField(null=True)),
                    ('due_at', models.DateTimeField()),
                    ('retries', models.PositiveSmallIntegerField(default=3)),
                    ('locked_until', models.DateTimeField(null=True)),
                    ('error', models.TextField(blank=True)),
                    ('instance', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to='engine.processinstance')),
                ],
                options={
                    'indexes': [
                        models.Index(condition=models.Q(('retries__gt', 0)), fields=['due_at'], name='engine_job_due'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='Incident',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('process', models.CharField(blank=True, max_length=100)),
                    ('element', models.CharField(blank=True, max_length=100)),
                    ('operation', models.CharField(blank=True, max_length=100)),
                    ('message', models.TextField()),
                    ('cause', models.TextField(blank=True, help_text='technical details')),
                    ('state', models.PositiveSmallIntegerField(choices=[(1, 'Open'), (2, 'Resolved')], default=1)),
                    ('opened_at', models.DateTimeField()),
                    ('resolved_at', models.DateTimeField(null=True)),
                    ('resolved_by', models.BigIntegerField(null=True)),
                    ('resolution', models.CharField(blank=True, max_length=20)),
                    ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='incidents', to='engine.job')),
                    ('instance', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='incidents', to='engine.processinstance')),
                ],
                options={
                    'indexes': [
                        models.Index(condition=models.Q(('state', 1)), fields=['-opened_at'], name='engine_incident_open'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='HumanTask',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('task_id', models.UUIDField(help_text='id in the running process', unique=True)),
                    ('activity', models.UUIDField(help_text='shared by the children of a multi-instance')),
                    ('process', models.CharField(max_length=100)),
                    ('element', models.CharField(max_length=100)),
                    ('state', models.PositiveSmallIntegerField(choices=[(1, 'Ready'), (2, 'Reserved'), (3, 'Waiting for its turn'), (4, 'Completed'), (5, 'Cancelled'), (6, 'Decided by others')])),
                    ('version', models.PositiveIntegerField(default=1)),
                    ('queue', models.CharField(max_length=30)),
                    ('priority', models.PositiveSmallIntegerField(default=50)),
                    ('assignee', models.BigIntegerField(null=True)),
                    ('owner', models.BigIntegerField(help_text='who delegated it and gets it back', null=True)),
                    ('added_by', models.BigIntegerField(help_text='who added this approver', null=True)),
                    ('rule', models.JSONField(default=dict, help_text='what was asked for, to resolve it again')),
                    ('assignment', models.JSONField(default=dict, help_text='user: why this person')),
                    ('created_at', models.DateTimeField()),
                    ('due_at', models.DateTimeField(null=True)),
                    ('follow_up_at', models.DateTimeField(null=True)),
                    ('rank_at', models.DateTimeField(help_text='where it stands in an inbox: due, or the far end')),
                    ('ended_at', models.DateTimeField(null=True)),
                    ('decided_by', models.BigIntegerField(null=True)),
                    ('decision', models.CharField(blank=True, max_length=50)),
                    ('subject', models.CharField(blank=True, max_length=200)),
                    ('party', models.CharField(blank=True, max_length=200)),
                    ('amount', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                    ('initiator', models.BigIntegerField(null=True)),
                    ('audience', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engine.audience')),
                    ('pool', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engine.audience')),
                    ('waits_for', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='waiting', to='engine.humantask')),
                    ('instance', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='engine.processinstance')),
                ],
                options={
                    'indexes': [
                        models.Index(condition=models.Q(('audience__isnull', False)), fields=['audience', 'rank_at', 'id'], include=('follow_up_at',), name='engine_task_inbox'),
                        models.Index(condition=models.Q(('audience__isnull', False)), fields=['audience', 'queue', 'rank_at', 'id'], include=('follow_up_at',), name='engine_task_queue'),
                        models.Index(condition=models.Q(('decided_by__isnull', False)), fields=['decided_by', '-ended_at'], name='engine_task_decided'),
                        models.Index(condition=models.Q(('audience__isnull', False), ('follow_up_at__isnull', False)), fields=['audience', 'queue', 'follow_up_at'], name='engine_task_snoozed'),
                        models.Index(condition=models.Q(('state__lte', 3)), fields=['id'], name='engine_task_open'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='EventSubscription',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('task_id', models.UUIDField()),
                    ('process', models.CharField(max_length=100)),
                    ('element', models.CharField(max_length=100)),
                    ('name', models.CharField(max_length=100)),
                    ('key', models.CharField(max_length=200)),
                    ('instance', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='engine.processinstance')),
                ],
                options={
                    'indexes': [
                        models.Index(fields=['name', 'key'], name='engine_subscription_key'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='ActivityInstance',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('task_id', models.UUIDField()),
                    ('scope', models.UUIDField(help_text='the subprocess or call it happened in', null=True)),
                    ('process', models.CharField(max_length=100)),
                    ('element', models.CharField(max_length=100)),
                    ('flow', models.CharField(blank=True, help_text='sequence flow taken to it', max_length=100)),
                    ('state', models.PositiveSmallIntegerField(choices=[(1, 'Active'), (2, 'Completed'), (3, 'Cancelled'), (4, 'Left through its error boundary')])),
                    ('started_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(null=True)),
                    ('instance', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='activities', to='engine.processinstance')),
                ],
                options={
                    'indexes': [
                        models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['task_id'], name='engine_activity_active'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='Resource',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(help_text='id of the process or decision in it', max_length=100)),
                    ('name', models.CharField(help_text='file name', max_length=120)),
                    ('checksum', models.CharField(help_text='SHA-256 of the bytes', max_length=64)),
                    ('content', models.BinaryField()),
                    ('deployment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resources', to='engine.deployment')),
                ],
                options={
                    'indexes': [
                        models.Index(fields=['key', '-id'], name='engine_resource_newest'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='TrailEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('seq', models.PositiveIntegerField(help_text='1, 2, 3 … without gaps within the instance')),
                    ('at', models.DateTimeField()),
                    ('actor', models.BigIntegerField(help_text='none: the engine itself', null=True)),
                    ('event', models.CharField(choices=[('instance.started', 'Started'), ('instance.completed', 'Completed'), ('instance.suspended', 'Suspended'), ('instance.resumed', 'Resumed'), ('instance.terminated', 'Terminated'), ('task.created', 'Asked'), ('task.claimed', 'Claimed'), ('task.unclaimed', 'Put back'), ('task.assigned', 'Assigned'), ('task.transferred', 'Transferred'), ('task.delegated', 'Delegated'), ('task.resolved', 'Delegation answered'), ('task.completed', 'Decided'), ('task.failed', 'Decision failed'), ('task.cancelled', 'No longer asked'), ('task.reassigned', 'Assigned again'), ('task.rescheduled', 'Dates changed'), ('task.urged', 'Urged'), ('instance.copied', 'Copy sent'), ('candidate.added', 'Further candidate'), ('approver.added', 'Approver added'), ('approver.removed', 'Approver removed'), ('instance.sent_back', 'Sent back'), ('timer.fired', 'Timer fired'), ('timer.moved', 'Timer moved'), ('message.received', 'Message received'), ('message.dropped', 'Message without receiver'), ('variables.set', 'Data edited'), ('incident.opened', 'Incident'), ('incident.retried', 'Tried again'), ('incident.skipped', 'Skipped'), ('note', 'Note')], max_length=30)),
                    ('process', models.CharField(blank=True, max_length=100)),
                    ('element', models.CharField(blank=True, max_length=100)),
                    ('task_id', models.UUIDField(null=True)),
                    ('data', models.JSONField(default=dict)),
                    ('hash', models.BinaryField(help_text='SHA-256 of the entry before and this one')),
                    ('instance', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='engine.processinstance')),
                ],
                options={
                    'constraints': [
                        models.UniqueConstraint(fields=('instance', 'seq'), name='engine_trail_seq'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='VariableValue',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('scope', models.UUIDField(null=True)),
                    ('process', models.CharField(max_length=100)),
                    ('element', models.CharField(max_length=100)),
                    ('name', models.CharField(max_length=100)),
                    ('value', models.JSONField(null=True)),
                    ('at', models.DateTimeField()),
                    ('instance', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='values', to='engine.processinstance')),
                ],
            ),
            migrations.CreateModel(
                name='AudienceMember',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.BigIntegerField()),
                    ('audience', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='members', to='engine.audience')),
                ],
                options={
                    'indexes': [
                        models.Index(fields=['audience'], name='engine_member_audience'),
                    ],
                    'constraints': [
                        models.UniqueConstraint(fields=('user', 'audience'), name='engine_member_user'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='Decision',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('activity', models.UUIDField()),
                    ('user', models.BigIntegerField()),
                    ('on_behalf_of', models.BigIntegerField(help_text='the principal, for a substitute', null=True)),
                    ('code', models.CharField(max_length=50)),
                    ('opinion', models.TextField(blank=True)),
                    ('data', models.JSONField(default=dict)),
                    ('at', models.DateTimeField()),
                    ('task', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='decided', to='engine.humantask')),
                ],
                options={
                    'indexes': [
                        models.Index(fields=['activity'], name='engine_decision_activity'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='InboxCount',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('queue', models.CharField(max_length=30)),
                    ('delta', models.IntegerField()),
                    ('audience', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='engine.audience')),
                ],
                options={
                    'indexes': [
                        models.Index(fields=['audience', 'queue'], include=('delta',), name='engine_inbox_count'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='Batch',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.BigIntegerField()),
                    ('decision', models.CharField(max_length=50)),
                    ('opinion', models.TextField(blank=True)),
                    ('data', models.JSONField(default=dict)),
                    ('phase', models.PositiveSmallIntegerField(choices=[(1, 'Being checked'), (2, 'Checked'), (3, 'Under way'), (4, 'Done')])),
                    ('created_at', models.DateTimeField()),
                    ('started_at', models.DateTimeField(help_text='when it was confirmed', null=True)),
                    ('ended_at', models.DateTimeField(null=True)),
                ],
                options={
                    'indexes': [
                        models.Index(condition=models.Q(('phase__in', [1, 3])), fields=['id'], name='engine_batch_under_way'),
                        models.Index(fields=['user', '-id'], name='engine_batch_user'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='BatchRow',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('position', models.PositiveIntegerField()),
                    ('seen_version', models.PositiveIntegerField(null=True)),
                    ('state', models.PositiveSmallIntegerField(choices=[(1, 'Waiting'), (2, 'Can be done'), (3, 'Needs an opinion of its own'), (4, "Can't be done"), (5, 'Done'), (6, 'Failed')], default=1)),
                    ('alone', models.BooleanField(default=False, help_text='could not be done among others: to be tried by itself')),
                    ('code', models.CharField(blank=True, max_length=50)),
                    ('message', models.TextField(blank=True)),
                    ('after', models.JSONField(null=True)),
                    ('batch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='engine.batch')),
                    ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='engine.humantask')),
                ],
                options={
                    'indexes': [
                        models.Index(fields=['batch', 'state', 'position'], name='engine_batch_rows'),
                    ],
                    'constraints': [
                        models.UniqueConstraint(fields=('batch', 'task'), name='engine_batch_task_once'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='Copy',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.BigIntegerField()),
                    ('sent_by', models.BigIntegerField(null=True)),
                    ('sent_at', models.DateTimeField()),
                    ('note', models.CharField(blank=True, max_length=500)),
                    ('read_at', models.DateTimeField(null=True)),
                    ('instance', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='copies', to='engine.processinstance')),
                ],
                options={
                    'verbose_name': 'copy',
                    'indexes': [
                        models.Index(fields=['user', '-sent_at', '-id'], name='engine_copy_user'),
                        models.Index(condition=models.Q(('read_at__isnull', True)), fields=['user'], name='engine_copy_unread'),
                    ],
                    'constraints': [
                        models.UniqueConstraint(fields=('instance', 'user'), name='engine_copy_once'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='StoredFile',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=120)),
                    ('key', models.CharField(blank=True, help_text='id of the first process or decision in it', max_length=100)),
                    ('title', models.CharField(blank=True, help_text='name of that', max_length=200)),
                ],
                options={
                    'constraints': [
                        models.UniqueConstraint(fields=('name', 'key'), name='engine_file_once'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='FileVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveIntegerField()),
                    ('content', models.BinaryField()),
                    ('checksum', models.CharField(help_text='SHA-256 of the bytes', max_length=64)),
                    ('origin', models.CharField(choices=[('uploaded', 'Uploaded'), ('repaired', 'Repaired'), ('restored', 'Restored')], max_length=10)),
                    ('note', models.CharField(blank=True, max_length=500)),
                    ('made_by', models.BigIntegerField()),
                    ('made_at', models.DateTimeField()),
                    ('deployment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engine.deployment')),
                    ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='engine.storedfile')),
                ],
                options={
                    'constraints': [
                        models.UniqueConstraint(fields=('file', 'number'), name='engine_file_version'),
                    ],
                },
            ),
        ]),
        *(
            migrations.RunSQL((SQL / name).read_text(), migrations.RunSQL.noop)
            for name in ('store.sql', 'trail.sql')
        ),
    ]
