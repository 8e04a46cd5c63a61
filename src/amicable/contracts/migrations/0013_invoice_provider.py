from django.conf import settings
from django.db import migrations, models

FILLED_IN = """
UPDATE contracts_invoice i SET provider = c.provider
FROM contracts_week w JOIN contracts_contract c ON c.id = w.contract_id
WHERE w.invoice_id = i.id;
"""


class Migration(migrations.Migration):
    """An invoice is charged through one provider. An invoice of contracts with several could not be charged at all."""

    dependencies = [
        ("contracts", "0012_chargebacks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("invoice", "provider", models.CharField(max_length=20, default=""), preserve_default=False),
        migrations.RunSQL(FILLED_IN),
        migrations.RemoveConstraint("invoice", "invoice_once"),
        migrations.AddConstraint(
            "invoice",
            models.UniqueConstraint(fields=["client", "currency", "provider", "week"], name="invoice_once"),
        ),
    ]
