"""Files that are attached to documents and decisions."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.attachments.models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('attachments', '0001_initial'),
        ('attachments', '0002_files_of_decisions'),
    ]

    dependencies = [
        ('engine', '0001_squashed_0012_history_without_checks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business_key', models.CharField(max_length=200)),
                ('category', models.CharField(max_length=32, verbose_name='category')),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('file', models.FileField(unique=True, upload_to=apps.core.attachments.models.random_path, verbose_name='file')),
                ('content_type', models.CharField(max_length=100, verbose_name='type')),
                ('size', models.PositiveBigIntegerField(verbose_name='size')),
                ('sha256', models.CharField(max_length=64)),
                ('added_at', models.DateTimeField(verbose_name='added at')),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('task', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engine.humantask')),
            ],
            options={
                'verbose_name': 'attachment',
                'verbose_name_plural': 'attachments',
                'indexes': [
                    models.Index(fields=['business_key', 'id'], name='attachment_of'),
                ],
            },
        ),
    ]
