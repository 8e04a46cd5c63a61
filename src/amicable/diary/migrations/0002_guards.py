from pathlib import Path

from django.db import migrations

GUARDS = (Path(__file__).parent.parent / "guards.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("diary", "0001_initial")]
    operations = [migrations.RunSQL(GUARDS)]
