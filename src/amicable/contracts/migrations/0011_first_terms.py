from pathlib import Path

from django.db import migrations

TERMS = (Path(__file__).parent.parent / "terms.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("contracts", "0010_agreements")]
    operations = [migrations.RunSQL(TERMS)]
