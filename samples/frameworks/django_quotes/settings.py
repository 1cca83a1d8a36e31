"""Settings of a Django project with pages that need a license.

Set `DJANGO_SETTINGS_MODULE=samples.frameworks.django_quotes.settings`, then run `python -m django migrate` and
`python -m django runserver`.
"""

import os
from typing import Any

LICENSEKIT = "samples.superoffice.superoffice_crm_licensing.superoffice_crm"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "licensekit.contrib.django"]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.RemoteUserBackend",
    "licensekit.contrib.django.backends.LicenseBackend",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "samples.frameworks.django_quotes.views.ProxyUserMiddleware",
    "licensekit.contrib.django.licensed.LicenseMiddleware",
]

ALLOWED_HOSTS = ["*"]
DATABASES: dict[str, dict[str, Any]] = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("QUOTES_DATABASE", "quotes.sqlite3")}
}
ROOT_URLCONF = "samples.frameworks.django_quotes.views"
SECRET_KEY = "a sample has no secrets"  # noqa: S105  # not a secret
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"context_processors": ["django.contrib.auth.context_processors.auth"]},
    }
]
