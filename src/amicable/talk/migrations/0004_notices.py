import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TOLD_BEFORE = """
UPDATE talk_notice n SET about = n.contract_id || ':event:' || n.version, at = e.at, kind = 'offers', what = 'event'
FROM contracts_event e WHERE e.contract_id = n.contract_id AND e.version = n.version
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0002_guards"),
        ("talk", "0003_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NoticeChoice",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("choices", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="KeptMail",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("message_id", models.CharField(max_length=200, unique=True)),
                ("sender", models.CharField(max_length=200)),
                ("subject", models.CharField(max_length=300)),
                ("text", models.TextField()),
                ("html", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["person", "-id"], name="kept_mail_person")]},
        ),
        migrations.RemoveConstraint(model_name="notice", name="notice_once"),
        migrations.AddField("notice", "about", models.CharField(max_length=200, null=True)),
        migrations.AddField("notice", "at", models.DateTimeField(null=True)),
        migrations.AddField("notice", "in_app", models.BooleanField(default=True)),
        migrations.AddField("notice", "kind", models.CharField(max_length=10, null=True)),
        migrations.AddField("notice", "payload", models.JSONField(null=True)),
        migrations.AddField(
            "notice",
            "message",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="talk.message",
            ),
        ),
        migrations.AddField("notice", "what", models.CharField(max_length=10, null=True)),
        migrations.RunSQL(TOLD_BEFORE),
        migrations.AlterField("notice", "about", models.CharField(max_length=200)),
        migrations.AlterField("notice", "at", models.DateTimeField()),
        migrations.AlterField("notice", "kind", models.CharField(max_length=10)),
        migrations.AlterField(
            "notice",
            "what",
            models.CharField(
                choices=[
                    ("event", "Event"),
                    ("reminder", "Reminder"),
                    ("message", "Message"),
                    ("summary", "Summary"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField("notice", "version", models.IntegerField(null=True)),
        migrations.AlterField(
            "notice",
            "contract",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contracts.contract",
            ),
        ),
        migrations.AddConstraint(
            "notice", models.UniqueConstraint(fields=("person", "about"), name="notice_told_once")
        ),
        migrations.AddConstraint(
            "notice",
            models.UniqueConstraint(
                condition=models.Q(("read_at__isnull", True), ("what", "message")),
                fields=("person", "contract"),
                name="notice_of_messages",
            ),
        ),
    ]
