"""Whose success a contract is."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0009_agreed_as_an_amount'),
        ('people', '0001_squashed_0004_first_day_of_work'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='salescontract',
            name='credited_to',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='success of'),
        ),
        migrations.AddField(
            model_name='salescontract',
            name='credited_unit',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department', verbose_name='success of the department'),
        ),
        migrations.RunSQL(  # what is there is its owner's from now on
            'UPDATE contracts_salescontract SET credited_to_id = owner_id, credited_unit_id = department_id'
            " WHERE state IN ('approved', 'closed', 'superseded')",
            migrations.RunSQL.noop,
        ),
    ]
