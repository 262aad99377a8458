"""Saved filters."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('kinds', '0001_initial'),
        ('kinds', '0002_shared_filters'),
    ]

    dependencies = [
        ('people', '0001_squashed_0004_first_day_of_work'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.CharField(max_length=64)),
                ('name', models.CharField(blank=True, max_length=40, verbose_name='name')),
                ('query', models.CharField(blank=True, max_length=1000)),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), blank=True, default=list, size=None)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('shared_with', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.department', verbose_name='shared with')),
            ],
            options={
                'verbose_name': 'saved filter',
                'verbose_name_plural': 'saved filters',
                'ordering': ['pk'],
                'constraints': [
                    models.UniqueConstraint(fields=('user', 'place', 'name'), name='saved_view_once'),
                    models.CheckConstraint(condition=models.Q(('shared_with', None), models.Q(('name', ''), _negated=True), _connector='OR'), name='saved_view_shared_has_name'),
                ],
            },
        ),
    ]
