from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("diary", "0004_guards_of_weeks")]

    operations = [
        migrations.AddField(
            model_name="screenshot",
            name="small",
            field=models.BinaryField(null=True),
        ),
    ]
