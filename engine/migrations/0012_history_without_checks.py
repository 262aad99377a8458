"""History is written in one place only: twenty checks a decision fall away. The trail is found by its unique
index."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0011_incidents_of_no_case'),
    ]

    operations = [
        migrations.AlterField(
            model_name='activityinstance',
            name='instance',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='activities', to='engine.processinstance'),
        ),
        migrations.AlterField(
            model_name='trailentry',
            name='instance',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='engine.processinstance'),
        ),
        migrations.AlterField(
            model_name='variablevalue',
            name='instance',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='values', to='engine.processinstance'),
        ),
    ]
