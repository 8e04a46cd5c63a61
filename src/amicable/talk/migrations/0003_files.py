from pathlib import Path

import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

GUARDS = (Path(__file__).parent.parent / "guards.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0002_guards"),
        ("talk", "0002_notice"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="File",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("milestone", models.UUIDField(null=True)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("message", "Message"), ("submission", "Submission"), ("evidence", "Evidence")],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("media_type", models.CharField(max_length=127)),
                ("size", models.IntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("key", models.CharField(max_length=255, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.contract",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="talk.message",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["contract", "id"], name="file_contract")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("key__isnull", False)), fields=("author", "key"), name="file_key"
                    ),
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="file_size"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("purpose__in", ["message", "submission", "evidence"]),
                            models.Q(("name", ""), _negated=True),
                        ),
                        name="file_purpose",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Piece",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "file", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.IntegerField()),
                ("data", models.BinaryField()),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces",
                        to="talk.file",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Preview",
            fields=[
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="preview",
                        serialize=False,
                        to="talk.file",
                    ),
                ),
                ("media_type", models.CharField(max_length=127)),
                ("data", models.BinaryField()),
            ],
        ),
        migrations.RunSQL(GUARDS),
    ]
