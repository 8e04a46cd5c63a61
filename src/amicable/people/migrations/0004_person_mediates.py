from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_filled_in")]

    operations = [
        migrations.AddIndex(
            "person",
            models.Index(condition=models.Q(("roles__contains", ["mediator"])), fields=["id"], name="person_mediates"),
        ),
    ]
