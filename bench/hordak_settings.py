"""Django's settings for django-hordak: the same server, pool and prepared statements, its own database."""

from typing import Any

from amicable.site.settings import DATABASES as OURS

SECRET_KEY = "only measures"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "mptt", "hordak"]
DATABASES: dict[str, Any] = {"default": {**OURS["default"], "NAME": "hordak"}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DEFAULT_CURRENCY = "USD"
CURRENCIES = ["USD"]
USE_TZ = True
