from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "amicable.contracts"
    label = "contracts"
    default_auto_field = "django.db.models.BigAutoField"
