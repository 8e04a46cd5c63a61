import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0012_chargebacks"),
        ("payments", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SandboxReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("payment", models.CharField(max_length=255)),
                (
                    "stage",
                    models.CharField(choices=[("opened", "opened"), ("won", "won"), ("lost", "lost")], max_length=10),
                ),
                ("at", models.DateTimeField()),
                ("is_told", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("is_told", False)), fields=["at"], name="sandbox_report_waits")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("stage__in", ["opened", "won", "lost"])), name="sandbox_report_stage"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("stage", "opened")), fields=("payment",), name="sandbox_report_opened"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("stage", "opened"), _negated=True),
                        fields=("payment",),
                        name="sandbox_report_decided",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CardPayment",
            fields=[
                ("key", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("amount", models.BigIntegerField()),
                ("fee", models.BigIntegerField()),
                ("milestone", models.UUIDField(null=True)),
                ("paid_at", models.DateTimeField()),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.contract"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("fee__gte", 0)), name="card_payment_money"
                    )
                ],
            },
        ),
    ]
