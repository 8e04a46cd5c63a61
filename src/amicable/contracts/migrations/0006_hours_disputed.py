import amicable.contracts.models
from django.db import migrations, models

BITMAPS = """
ALTER TABLE contracts_week DROP CONSTRAINT week_bitmaps, ADD CONSTRAINT week_bitmaps CHECK (
    bit_count(covered & ~logged) = 0
    AND (disputed IS NULL OR bit_count(disputed & ~logged) = 0)
    AND (decided IS NULL OR bit_count(decided & ~logged) = 0)
    AND (disputed IS NULL OR decided IS NULL OR bit_count(disputed & decided) = 0)
    AND (returned IS NULL OR bit_count(returned & ~decided) = 0 AND decided IS NOT NULL)
);
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0005_names")]

    operations = [
        migrations.AddField(
            model_name="week",
            name="asked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="week",
            name="decided",
            field=amicable.contracts.models.BitmapField(null=True),
        ),
        migrations.RunSQL(BITMAPS),
    ]
