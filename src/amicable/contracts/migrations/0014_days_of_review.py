from django.db import migrations, models


class Migration(migrations.Migration):
    """How many days the client was given for what was handed in last; of what lies there already the terms say it."""

    dependencies = [("contracts", "0013_invoice_provider")]

    operations = [migrations.AddField("milestone", "answer_days", models.SmallIntegerField(null=True))]
