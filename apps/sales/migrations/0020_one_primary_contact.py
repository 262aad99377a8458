"""That a customer has one primary contact is kept by an index again: it had gone with that of the
foreign key."""

from django.db import migrations

# Of several the newest remains.
ONE_EACH = """
UPDATE sales_contact SET "primary" = false WHERE "primary" AND id NOT IN (
    SELECT max(id) FROM sales_contact WHERE "primary" GROUP BY customer_id
)
"""
KEEP = """
CREATE UNIQUE INDEX IF NOT EXISTS contact_primary_once ON sales_contact (customer_id)
    WHERE "primary"
"""


class Migration(migrations.Migration):
    dependencies = [("sales", "0019_counted_by_index")]

    operations = [
        migrations.RunSQL(ONE_EACH, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
    ]
