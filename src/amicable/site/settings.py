"""Django's settings. The environment says what differs from place to place; nothing here does."""

from __future__ import annotations

import os

from csp.constants import NONE, SELF

from amicable.site.database import database_settings
from amicable.site.folder import data_folder, kept_secret
from amicable.site.logs import logging_settings
from amicable.site.mail import NONE as NO_MAIL
from amicable.site.mail import TIMEOUT_SECONDS, MailServer

DATA = data_folder()
SANDBOX = os.environ.get("AMICABLE_SANDBOX") == "1"
PAYMENT_PROVIDER = os.environ.get("AMICABLE_PAYMENT_PROVIDER", "sandbox")
DEBUG = os.environ.get("AMICABLE_DEBUG") == "1"

SECRET_KEY = os.environ.get("AMICABLE_SECRET_KEY") or kept_secret(DATA / "secret_key")
HOSTS = os.environ.get("AMICABLE_HOSTS", "").split()
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *HOSTS]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in HOSTS]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_cotton",
    "django_htmx",
    "csp",
    "amicable.books",
    "amicable.contracts",
    "amicable.people",
    "amicable.payments",
    "amicable.diary",
    "amicable.talk",
    "amicable.api",
    "amicable.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "amicable.web.viewer.in_own_zone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "amicable.web.files.refuse_large",
    "amicable.web.refusals.WhileBusy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "amicable.site.urls"
WSGI_APPLICATION = "amicable.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Where people find this installation, for the links in mails.
BASE_URL = (os.environ.get("AMICABLE_URL") or "http://127.0.0.1:8000").rstrip("/")

_MAIL = MailServer.at(os.environ.get("EMAIL_URL", ""), sandbox=SANDBOX)
SENDS_MAIL = _MAIL.backend != NO_MAIL
EMAIL_BACKEND, EMAIL_TIMEOUT = _MAIL.backend, TIMEOUT_SECONDS
EMAIL_HOST, EMAIL_PORT = _MAIL.host, _MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.starttls, _MAIL.tls
DEFAULT_FROM_EMAIL = os.environ.get("AMICABLE_EMAIL_FROM") or "Amicable <amicable@localhost>"

DATABASES = {"default": database_settings(DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.Person"
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True

STATIC_URL = "/static/"
# Served from where they lie and asked for again each time: nothing to collect, nothing stale after an update.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 0

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not SANDBOX
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

LOGGING = logging_settings()
