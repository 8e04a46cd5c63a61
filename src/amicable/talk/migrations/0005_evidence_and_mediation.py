import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("talk", "0004_notices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "notice",
            "file",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="talk.file",
            ),
        ),
        migrations.AlterField(
            "notice",
            "what",
            models.CharField(
                choices=[
                    ("event", "Event"),
                    ("reminder", "Reminder"),
                    ("message", "Message"),
                    ("file", "File"),
                    ("summary", "Summary"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            "notice",
            models.UniqueConstraint(
                condition=models.Q(("read_at__isnull", True), ("what", "file")),
                fields=("person", "contract"),
                name="notice_of_files",
            ),
        ),
    ]
