from django.db import migrations

KNOWN_KIND = """
ALTER TABLE books_account
    DROP CONSTRAINT books_account_known_kind,
    ADD CONSTRAINT books_account_known_kind
        CHECK (name ~ '^(client|escrow|review|fee_held|held|available|payout|fees|provider):[a-z0-9][a-z0-9-]*$');
"""


class Migration(migrations.Migration):
    dependencies = [("books", "0002_guards")]
    operations = [migrations.RunSQL(KNOWN_KIND)]
