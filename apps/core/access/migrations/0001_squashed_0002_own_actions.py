"""Permissions and data scopes of roles."""

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('access', '0001_initial'),
        ('access', '0002_own_actions'),
    ]

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='DataScope',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=32, verbose_name='role')),
                ('kind', models.CharField(max_length=64, verbose_name='kind')),
                ('scope', models.CharField(choices=[('own', 'Own'), ('department', 'Department'), ('tree', 'Department and those below'), ('all', 'All')], default='own', max_length=16, verbose_name='data scope')),
            ],
            options={
                'verbose_name': 'data scope of a role',
                'verbose_name_plural': 'data scopes of roles',
                'constraints': [
                    models.UniqueConstraint(fields=('role', 'kind'), name='access_scope_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RoleGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=32, verbose_name='role')),
                ('kind', models.CharField(max_length=64, verbose_name='kind')),
                ('action', models.CharField(max_length=16, verbose_name='action')),
            ],
            options={
                'verbose_name': 'permission of a role',
                'verbose_name_plural': 'permissions of roles',
                'constraints': [
                    models.UniqueConstraint(fields=('role', 'kind', 'action'), name='access_grant_once'),
                ],
            },
        ),
    ]
