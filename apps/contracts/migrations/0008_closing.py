"""Roles that were settled before: who manages contracts closes them, as by default."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0007_opportunities_they_come_from"),
        ("access", "0002_own_actions"),
    ]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO access_rolegrant (role, kind, action)
            SELECT role, kind, 'close_document' FROM access_rolegrant
            WHERE kind = 'contracts.salescontract' AND action = 'view'
                AND role IN ('sales_manager', 'finance', 'general_manager')
            ON CONFLICT DO NOTHING
            """,
            migrations.RunSQL.noop,
        ),
    ]
