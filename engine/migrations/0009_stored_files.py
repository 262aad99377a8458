"""Files of any tool are stored with their versions, also those that don't run."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("engine", "0008_open_tasks")]

    operations = [
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "key",
                    models.CharField(
                        blank=True,
                        help_text="id of the first process or decision in it",
                        max_length=100,
                    ),
                ),
                ("title", models.CharField(blank=True, help_text="name of that", max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("name", "key"), name="engine_file_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="FileVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
                (
                    "checksum",
                    models.CharField(help_text="SHA-256 of the bytes", max_length=64),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("uploaded", "Uploaded"),
                            ("repaired", "Repaired"),
                            ("restored", "Restored"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500)),
                ("made_by", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
                (
                    "deployment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="engine.deployment",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="engine.storedfile",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("file", "number"), name="engine_file_version")
                ],
            },
        ),
    ]
