"""One settings module. Everything that differs between machines comes from the environment (see docker/compose.yaml).

A file `var/services.env`, written by the embedded servers' launcher, fills in what the environment leaves open.
"""

from pathlib import Path

from environs import Env

BASE_DIR = Path(__file__).resolve().parents[2]

env = Env()
env.read_env(str(BASE_DIR / "var" / "services.env"), recurse=False)

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "development-only" if DEBUG else "unset-secret-key")
TPA_HOST = env.str("TPA_HOST", "localhost")
"""The TPA's own host; an employer's portal is a subdomain of it."""
ALLOWED_HOSTS = [TPA_HOST, f".{TPA_HOST}"]

SHARED_APPS = [
    "django_tenants",
    "tenants",
    "tpa.infra",
    "tpa.books.identity",
    "tpa.books.agreements",
    "tpa.books.providers",
    "tpa.books.edi",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
TENANT_APPS = [
    "tpa.books.ledger",
    "tpa.books.audit",
    "tpa.books.plans",
    "tpa.books.members",
    "tpa.books.accumulators",
    "tpa.books.claims",
    "tpa.books.payments",
    "tpa.books.funding",
    "tpa.books.stoploss",
]
INSTALLED_APPS = SHARED_APPS + TENANT_APPS

TENANT_MODEL = "tenants.Employer"
TENANT_DOMAIN_MODEL = "tenants.Domain"
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DATABASES = {"default": env.dj_db_url("DATABASE_URL", "postgres://tpa:tpa@127.0.0.1:5432/tpa")}
DATABASES["default"]["ENGINE"] = "django_tenants.postgresql_backend"
REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
