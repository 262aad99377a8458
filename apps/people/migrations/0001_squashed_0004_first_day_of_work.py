"""Users, employees, departments and roles, and the duties that are incompatible at first."""

from decimal import Decimal

import django.contrib.auth.validators
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from engine.migrating import CreateModels

INCOMPATIBLE = [
    ('cashier', 'finance'),
    ('cashier', 'sales_manager'),
    ('purchasing_manager', 'warehouse'),
]


def enter_incompatible_duties(apps, schema_editor):
    pair = apps.get_model('people', 'ConflictingRoles')
    pair.objects.bulk_create(pair(first=first, second=second) for first, second in INCOMPATIBLE)


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('people', '0001_initial'),
        ('people', '0002_accounts_and_roles'),
        ('people', '0003_incompatible_duties_and_signatures'),
        ('people', '0004_first_day_of_work'),
    ]

    dependencies = [
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('username', models.CharField(max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='user name')),
                    ('display_name', models.CharField(max_length=100, verbose_name='name')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                    ('language', models.CharField(choices=[('zh-hans', 'Chinese'), ('en', 'English')], default='zh-hans', max_length=16, verbose_name='language')),
                    ('is_active', models.BooleanField(default=True, verbose_name='active')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                    ('one_time_until', models.DateTimeField(editable=False, null=True)),
                ],
                options={
                    'verbose_name': 'user',
                    'verbose_name_plural': 'users',
                    'constraints': [
                        models.CheckConstraint(condition=models.Q(('username', django.db.models.functions.text.Lower('username'))), name='user_name_in_lower_case'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='Department',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=100, verbose_name='name')),
                    ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                    ('path', models.CharField(editable=False, max_length=200)),
                    ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='people.department', verbose_name='part of')),
                    ('head', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='headed_departments', to='people.employee', verbose_name='head')),
                ],
                options={
                    'verbose_name': 'department',
                    'verbose_name_plural': 'departments',
                    'ordering': ['position', 'pk'],
                    'indexes': [
                        models.Index(fields=['path'], name='department_path', opclasses=['varchar_pattern_ops']),
                    ],
                    'constraints': [
                        models.UniqueConstraint(fields=('parent', 'name'), name='department_name_once', nulls_distinct=False),
                        models.CheckConstraint(condition=models.Q(('parent', models.F('pk')), _negated=True), name='department_not_its_own_parent'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='RoleHolder',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('role', models.CharField(max_length=32, verbose_name='role')),
                    ('department', models.ForeignKey(blank=True, help_text='Left empty: everywhere.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='role_holders', to='people.department', verbose_name='department')),
                    ('employee', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='roles', to='people.employee', verbose_name='employee')),
                ],
                options={
                    'verbose_name': 'role holder',
                    'verbose_name_plural': 'role holders',
                    'constraints': [
                        models.UniqueConstraint(fields=('role', 'employee', 'department'), name='role_held_once', nulls_distinct=False),
                        models.CheckConstraint(condition=models.Q(('role', 'department_head'), _negated=True), name='role_not_department_head'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='Substitute',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('starts_at', models.DateTimeField(verbose_name='from')),
                    ('ends_at', models.DateTimeField(verbose_name='until')),
                    ('began', models.BooleanField(default=False, editable=False)),
                    ('ended', models.BooleanField(default=False, editable=False)),
                    ('principal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='substitutes', to='people.employee', verbose_name='principal')),
                    ('substitute', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='substitutes_for', to='people.employee', verbose_name='substitute')),
                ],
                options={
                    'verbose_name': 'substitute',
                    'verbose_name_plural': 'substitutes',
                    'indexes': [
                        models.Index(fields=['principal', 'ends_at'], name='substitute_of_principal'),
                        models.Index(condition=models.Q(('ended', False)), fields=['ends_at'], name='substitute_open'),
                    ],
                    'constraints': [
                        models.CheckConstraint(condition=models.Q(('principal', models.F('substitute')), _negated=True), name='substitute_is_another'),
                        models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='substitute_for_a_while'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='WorkCalendarDay',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('date', models.DateField(unique=True, verbose_name='date')),
                    ('works', models.BooleanField(verbose_name='working day')),
                    ('hours', models.DecimalField(blank=True, decimal_places=1, max_digits=3, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0.5')), django.core.validators.MaxValueValidator(Decimal('7.5'))], verbose_name='hours')),
                    ('note', models.CharField(blank=True, max_length=100, verbose_name='note')),
                ],
                options={
                    'verbose_name': 'day of the working calendar',
                    'verbose_name_plural': 'working calendar',
                    'constraints': [
                        models.CheckConstraint(condition=models.Q(('hours__isnull', True), models.Q(('hours__gt', 0), ('hours__lte', Decimal('7.5')), ('works', True)), _connector='OR'), name='hours_of_a_working_day'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='Employee',
                fields=[
                    ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='employee', serialize=False, to=settings.AUTH_USER_MODEL)),
                    ('position', models.CharField(blank=True, max_length=100, verbose_name='position')),
                    ('hired_on', models.DateField(blank=True, null=True, verbose_name='hired on')),
                    ('left_on', models.DateField(blank=True, help_text='The first day no longer employed.', null=True, verbose_name='left on')),
                    ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='employees', to='people.department', verbose_name='department')),
                    ('superior', models.ForeignKey(blank=True, help_text='Left empty: the head of the department, or of the next one up.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='subordinates', to='people.employee', verbose_name='superior')),
                    ('began', models.BooleanField(default=True, editable=False)),
                ],
                options={
                    'verbose_name': 'employee',
                    'verbose_name_plural': 'employees',
                    'constraints': [
                        models.CheckConstraint(condition=models.Q(('superior', models.F('user')), _negated=True), name='employee_not_own_superior'),
                        models.CheckConstraint(condition=models.Q(('left_on__isnull', True), ('hired_on__isnull', True), ('left_on__gte', models.F('hired_on')), _connector='OR'), name='employee_left_after_hired'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='FirmRole',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(editable=False, max_length=32, null=True, unique=True)),
                    ('name', models.CharField(max_length=50, unique=True, verbose_name='name')),
                ],
                options={
                    'verbose_name': 'role of the firm',
                    'verbose_name_plural': 'roles of the firm',
                },
            ),
            migrations.CreateModel(
                name='RecoveryCode',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('digest', models.CharField(max_length=64)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'recovery code',
                    'verbose_name_plural': 'recovery codes',
                    'constraints': [
                        models.UniqueConstraint(fields=('user', 'digest'), name='recovery_code_once'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='Signature',
                fields=[
                    ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                    ('picture', models.BinaryField()),
                    ('changed_at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': 'signature',
                    'verbose_name_plural': 'signatures',
                },
            ),
            migrations.CreateModel(
                name='ConflictingRoles',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('first', models.CharField(max_length=32, verbose_name='role')),
                    ('second', models.CharField(max_length=32, verbose_name='other role')),
                ],
                options={
                    'verbose_name': 'incompatible duties',
                    'verbose_name_plural': 'incompatible duties',
                    'ordering': ['first', 'second'],
                    'constraints': [
                        models.UniqueConstraint(fields=('first', 'second'), name='conflicting_roles_once'),
                        models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='conflicting_roles_in_order'),
                    ],
                },
            ),
        ]),
        migrations.RunPython(enter_incompatible_duties, migrations.RunPython.noop),
    ]
