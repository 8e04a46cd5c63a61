from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contracts", "0011_first_terms")]
    operations = [
        migrations.AddField(
            model_name="contract", name="chargebacks", field=models.JSONField(default=list, db_default=[])
        ),
        migrations.AddField(
            model_name="contract", name="extended", field=models.JSONField(default=list, db_default=[])
        ),
    ]
