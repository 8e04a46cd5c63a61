from pathlib import Path

from django.db import migrations

POSTING = (Path(__file__).parent.parent / "posting.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("books", "0004_posting")]
    operations = [migrations.RunSQL(POSTING)]
