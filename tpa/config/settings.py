"""One settings module. Everything that differs between machines comes from the environment (see docker/compose.yaml).

A file `var/services.env`, written by the embedded servers' launcher, fills in what the environment leaves open.
"""

from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pghistory
from csp.constants import NONCE, NONE, SELF
from django.templatetags.static import static
from environs import Env

from tpa.infra.postgres.pooling import forget_binding

BASE_DIR = Path(__file__).resolve().parents[2]

env = Env()
env.read_env(str(BASE_DIR / "var" / "services.env"), recurse=False)

DEBUG = env.bool("DEBUG", False)
DEVELOPMENT_KEY = "development-only-key-that-no-reachable-installation-may-use"
SECRET_KEY = env.str("SECRET_KEY", DEVELOPMENT_KEY)
MEMBER_HASH_KEY = env.str("MEMBER_HASH_KEY", SECRET_KEY)
"""Keys the index that routes claims to employers; with another key every member must be indexed again."""
BANK_ACCOUNT_KEY = env.str("BANK_ACCOUNT_KEY", SECRET_KEY)
"""Encrypts bank account numbers; with another key they can no longer be read."""
PAY_ALONE_UP_TO_CENTS = env.int("PAY_ALONE_UP_TO_CENTS", 2_500_000)
"""A payment run up to this amount needs no second person, where an employer's paying terms do not say otherwise."""
EDI_SENDER_ID = env.str("EDI_SENDER_ID", "TPA")
"""Our interchange id (ISA06 of what we send) and our payer id in acknowledgements."""
EDI_SENDER_NAME = env.str("EDI_SENDER_NAME", "Third-Party Administrator")
TPA_TIME_ZONE = env.str("TPA_TIME_ZONE", "America/New_York")
"""Where the TPA is: the days and times that it tells trading partners. An employer's days are in its own zone."""
TPA_HOST = env.str("TPA_HOST", "localhost")
"""The TPA's own host; an employer's portal is a subdomain of it."""
HTTPS = env.bool("HTTPS", TPA_HOST != "localhost")
"""Whether browsers reach the installation over TLS."""
TPA_NAME = env.str("TPA_NAME", "The administrator")
"""How the TPA calls itself on paper and on pages."""
TPA_ADDRESS = env.str("TPA_ADDRESS", "1 Main Street; Springfield; IL; 62701")
"""Street; city; state; postal code: the payer's address in remittances and on explanations of benefits."""
TPA_PHONE = env.str("TPA_PHONE", "2175550100")
"""Whom providers and members call about a payment: ten digits."""
TEST_CLOCK = env.str("TEST_CLOCK", "")
"""A file with the instant at which this installation's clock stands: for the demo and for sandboxes, never for real work."""
ALLOWED_HOSTS = [TPA_HOST, f".{TPA_HOST}"]

# Apps -----------------------------------------------------------------------------------------------------------------

SHARED_APPS = [
    "tpa.infra",
    "django_tenants",
    "tenants",
    "tpa.books.identity",
    "tpa.books.agreements",
    "tpa.books.providers",
    "tpa.books.edi",
    "tpa.books.events",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "rest_framework",
    "rest_framework_api_key",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_filters",
    "django_htmx",
    "csp",
    "pgtrigger",
    "pghistory",
    "tpa.config",
    "tpa.web",
    "tpa.workflows",
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
SHARED_READABLE = ["tpa.books.agreements", "tpa.books.providers", "tpa.books.edi"]
"""Shared apps whose tables without an employer every employer's database role may read (tenants.rights)."""

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tpa.config.middleware.RequestIdMiddleware",
    "tpa.config.middleware.HostMiddleware",
    "csp.middleware.CSPMiddleware",
    "tpa.config.middleware.AdminPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tpa.config.middleware.HostSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "tpa.config.middleware.PlainTextMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tpa.config.middleware.EmployerMiddleware",
    "tpa.config.middleware.SecondFactorMiddleware",
    "tpa.config.middleware.HistoryMiddleware",
]
ROOT_URLCONF = PUBLIC_SCHEMA_URLCONF = "tpa.config.urls_public"
TENANT_URLCONF = "tpa.config.urls_tenant"
WSGI_APPLICATION = "tpa.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ]
        },
    }
]

# Storage --------------------------------------------------------------------------------------------------------------

TENANT_MODEL = "tenants.Employer"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TENANT_SYNC_ROUTER = "tpa.infra.postgres.router.EmployerRouter"
DATABASE_ROUTERS = [TENANT_SYNC_ROUTER]
GET_EXECUTOR_FUNCTION = "tenants.migrating.executor"

_database = urlsplit(env.str("DATABASE_URL", "postgres://tpa:tpa@127.0.0.1:5432/tpa"))
DATABASES = {
    "default": {
        "ENGINE": "tpa.infra.postgres",
        "NAME": unquote(_database.path.lstrip("/")),
        "USER": unquote(_database.username or ""),
        "PASSWORD": unquote(_database.password or ""),
        "HOST": unquote(_database.hostname or ""),
        "PORT": str(_database.port or ""),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # What goes through connection.prepared is planned once, not for its values: see docs/adr/0011.
            "options": "-c plan_cache_mode=force_generic_plan",
            **dict(parse_qsl(_database.query)),
            "application_name": "tpa",
            "prepare_threshold": None,  # connection.prepared does it itself; Django's own statements are never prepared
            "pool": {
                "min_size": 1,
                "max_size": env.int("DATABASE_POOL", 16),
                "max_lifetime": 1800,
                "timeout": 15,
                "num_workers": 1,
                "reset": forget_binding,
            },
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "tpa.infra.cache.SharedCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.5},
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="history", related_query_name="history")
PGHISTORY_APPEND_ONLY = True

# People ---------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "tpa.config.accounts.ClosedSignup"
SOCIALACCOUNT_ADAPTER = "tpa.config.accounts.KnownPeopleOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "TPA"
# A code that was read just before it changed still counts (RFC 6238, section 5.2).
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
"""Addresses are entered by the administrator; nobody proves his own."""
MFA_AT_DESK = env.bool("MFA_AT_DESK", TPA_HOST != "localhost")
"""Whether the desk opens only to log-ins with a second factor. In a portal it is offered."""

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tpa.web.errors.form_refused"
SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", False)
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Programs -------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "tpa.web.api.core.schema.BookSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["tpa.web.api.core.parsing.BoundedJson"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "NUM_PROXIES": 1 if env.bool("BEHIND_PROXY", False) else 0,
}
API_CALLS_PER_MINUTE = 6000
"""How many calls one key or login may make in a minute."""
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "tpa.web.api.core.problems.ProblemHandler",
    "EXCEPTION_FORMATTER_CLASS": "tpa.web.api.core.problems.ProblemFormatter",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "TPA",
    "DESCRIPTION": (
        "Money is a whole number of cents. Ids are opaque texts. Times are UTC. Errors are problem documents (RFC 9457)."
        " Lists come in pages: follow `next`. Fields may be added; ignore those that you do not know."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [],
}
UNFOLD = {
    "SITE_TITLE": "TPA",
    "SITE_HEADER": "TPA desk",
    "SITE_URL": "/",
    "SITE_SYMBOL": "account_balance",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("icon.svg")}],
    "SHOW_HISTORY": True,
    "STYLES": [lambda request: static("admin.css")],
    "COLORS": {
        "primary": {
            "50": "#eff6fc",
            "100": "#dbeaf7",
            "200": "#bdd8f0",
            "300": "#8cc2f5",
            "400": "#5b9fd9",
            "500": "#3580bf",
            "600": "#1c5d99",
            "700": "#194f82",
            "800": "#18436c",
            "900": "#173a5b",
            "950": "#10253c",
        }
    },
    "SIDEBAR": {"show_search": True, "navigation": "tpa.web.operator.admin.navigation.groups"},
}

# Time, language, logs -------------------------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = True

LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOGGING_CONFIG = "tpa.infra.logs.configure"
LOGGING = {"level": LOG_LEVEL, "human": DEBUG}
