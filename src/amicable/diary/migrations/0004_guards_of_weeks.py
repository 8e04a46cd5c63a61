from pathlib import Path

from django.db import migrations

GUARDS = (Path(__file__).parent.parent / "guards_of_weeks.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("diary", "0003_timer_ran"), ("contracts", "0003_hours")]
    operations = [migrations.RunSQL(GUARDS)]
