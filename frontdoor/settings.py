"""Every setting, from the environment (see .env.example). A wrong value stops the start with a sentence."""

import os
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import environ
import pghistory
import structlog
from django.core.exceptions import ImproperlyConfigured

from frontdoor import lanes, quiet
from frontdoor.embedded.servers import Embedded
from frontdoor.networks import read_networks

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    environ.Env.read_env(BASE_DIR / ".env")
# An empty value is none: whoever copies .env.example, or has Compose hand every name on, has decided nothing by that.
env.ENVIRON = {name: value for name, value in os.environ.items() if value}

FRONTDOOR_ENV = env.str("FRONTDOOR_ENV", "demo")
if FRONTDOOR_ENV not in ("demo", "development", "production"):
    raise ImproperlyConfigured(f"FRONTDOOR_ENV is {FRONTDOOR_ENV!r}: it must be demo, development or production.")
PRODUCTION = FRONTDOOR_ENV == "production"
# Pages that explain an error, templates and static files as they stand: dev.py dev sets it, never in production.
DEBUG = env.bool("FRONTDOOR_DEBUG", False)
if DEBUG and PRODUCTION:
    raise ImproperlyConfigured("FRONTDOOR_DEBUG shows what an error page must never show: not in production.")
SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    if PRODUCTION:
        raise ImproperlyConfigured("SECRET_KEY is missing: give at least 50 random characters.")
    SECRET_KEY = "demonstration-only-" + "0" * 40
elif len(SECRET_KEY) < 50 and PRODUCTION:
    raise ImproperlyConfigured("SECRET_KEY is too short: give at least 50 random characters.")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]", "testserver"]
)
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is missing: name the host the service is reached by.")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Who stands in front of us and says where a request comes from, and whether by TLS: nobody else is believed.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=["127.0.0.0/8", "::1/128"])
try:
    TRUSTED_NETWORKS = read_networks(TRUSTED_PROXIES)
except ValueError as _wrong:
    raise ImproperlyConfigured(f"TRUSTED_PROXIES: {_wrong}") from _wrong
SERVICE_NAME = "Front Door"
COUNCIL_NAME = env.str("COUNCIL_NAME", "Exampleshire Council")

# --- Data ---------------------------------------------------------------------------------------------------------
EMBEDDED = Embedded(env.str("DATA_DIR", "") or BASE_DIR / ".data")
APP_ROLE = "frontdoor_app"
OWNER_URL = env.str("DATABASE_URL", "") or EMBEDDED.database_url
APP_URL = env.str("DATABASE_APP_URL", "")
# The owner migrates, restores and resets a demonstration; everything else works with the application's few rights.
OWNER_COMMANDS = {"migrate", "makemigrations", "sqlmigrate", "showmigrations", "flush", "dbshell", "restore", "test"}


# Whether the server keeps the plans of the questions every page asks, with each connection. Behind a pooler, which
# hands one connection to several clients in turn, it never does: a pooler is known by the process number it gives.
DB_PREPARED = env.bool("DB_PREPARED", True)
# Seconds a statement may take, wait for a lock, or leave a transaction idle; 0: as long as it likes. A command, and the
# owner's migrations, have no limit; a page waits for nobody, and a worker is killed by no slow disk.
DB_LIMITED = lanes.current()
DB_LIMITS = {
    "web": {
        "statement_timeout": env.int("WEB_STATEMENT_SECONDS", 30),
        "lock_timeout": env.int("WEB_LOCK_SECONDS", 10),
        "idle_in_transaction_session_timeout": env.int("WEB_IDLE_SECONDS", 60),
    },
    "worker": {
        "statement_timeout": env.int("WORKER_STATEMENT_SECONDS", 300),
        "lock_timeout": env.int("WORKER_LOCK_SECONDS", 60),
        "idle_in_transaction_session_timeout": env.int("WORKER_IDLE_SECONDS", 600),
    },
    "report": {"statement_timeout": env.int("REPORT_STATEMENT_SECONDS", 120)},
    "import": {
        "statement_timeout": env.int("IMPORT_STATEMENT_SECONDS", 3600),
        "idle_in_transaction_session_timeout": env.int("IMPORT_IDLE_SECONDS", 3600),
    },
}


def _is_of_the_owner() -> bool:
    words = sys.argv[1:] if Path(sys.argv[0]).name == "manage.py" else []
    return bool(words) and (words[0] in OWNER_COMMANDS or (words[0] == "demo" and "--reset" in words))


def _database(url: str, *, role: str) -> dict[str, Any]:
    found: dict[str, Any] = env.db_url_config(url)
    if "postgresql" not in found.get("ENGINE", ""):
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql:// — Front Door needs PostgreSQL.")
    query = found.pop("OPTIONS", {})
    found["ENGINE"] = "frontdoor.postgresql"
    if "host" in query:
        found["HOST"] = query.pop("host")
    # No trigger is to be passed over. Said once for the connection, because a history trigger that finds nothing said
    # raises and catches an error for every row, which costs four times what writing the history does.
    query["options"] = f"{query.get('options', '')} -c pgtrigger.ignore={{}}".strip()
    for limit, seconds in DB_LIMITS.get(DB_LIMITED, {}).items():
        query["options"] += f" -c {limit}={seconds}s"
    if role:
        query["options"] += f" -c role={role}"
    found["OPTIONS"] = query
    found["CONN_MAX_AGE"] = 60
    found["CONN_HEALTH_CHECKS"] = True
    return found


OWNER_COMMAND = _is_of_the_owner()
AS_OWNER = bool(env.bool("FRONTDOOR_OWNER")) if "FRONTDOOR_OWNER" in env.ENVIRON else OWNER_COMMAND
WITH_OWNER_URL = AS_OWNER or not APP_URL
#: Where DATABASE_URL is not needed, because another login is given, its absence asks for no server of our own.
EMBEDDED_DATABASE = WITH_OWNER_URL and EMBEDDED.database_url == OWNER_URL
if WITH_OWNER_URL:
    DATABASES = {"default": _database(OWNER_URL, role="" if AS_OWNER else APP_ROLE)}
else:
    DATABASES = {"default": _database(APP_URL, role="")}
    if PRODUCTION:  # what works with the application's few rights has no use for the owner's password
        OWNER_URL = ""
        os.environ.pop("DATABASE_URL", None)
if env.bool("FRONTDOOR_POOL", False):  # the web alone: a pool bounds its connections
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = False  # frontdoor.postgresql does it, and says why
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": env.int("POOL_SIZE", 8), "timeout": 10}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
# Extracts of the old systems: where uploaded ones are kept, and how large they may be.
IMPORTS_DIR = Path(env.str("IMPORTS_DIR", "") or EMBEDDED.data / "imports")
IMPORT_FILE_MB = env.int("IMPORT_FILE_MB", 1024)
IMPORT_TOTAL_MB = env.int("IMPORT_TOTAL_MB", 4096)
#: A zip that unpacks to more than this many times its size is refused (extracts come to about ten).
IMPORT_ZIP_RATIO = env.int("IMPORT_ZIP_RATIO", 100)

# --- Documents: kept outside the database ---------------------------------------------------------------------------
DOCUMENTS_DIR = Path(env.str("DOCUMENTS_DIR", "") or EMBEDDED.data / "documents")
# Keys to encrypt them with, "name:base64", the one new documents get first; empty: they are stored as they are.
DOCUMENTS_KEYS = env.list("DOCUMENTS_KEYS", default=[])
DOCUMENT_MAX_MB = env.int("DOCUMENT_MAX_MB", 25)
DOCUMENTS_MAX_MB = env.int("DOCUMENTS_MAX_MB", 200)
# The virus scanner: host:port or the path of its socket; empty: nothing is scanned, and the pages say so.
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", "")
CLAMD_TIMEOUT = env.int("CLAMD_TIMEOUT", 60)
if CLAMD_ADDRESS and not CLAMD_ADDRESS.startswith("/") and not CLAMD_ADDRESS.rpartition(":")[2].isdigit():
    raise ImproperlyConfigured("CLAMD_ADDRESS must be host:port, or the path of a socket beginning with /.")

# --- Celery: edges only; Redis is a doorbell ------------------------------------------------------------------------
CELERY_BROKER_URL = env.str("REDIS_URL", "") or EMBEDDED.redis_url
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600}
CELERY_ENABLE_UTC = True
# Several installations may share one Redis: each then has a queue of its own.
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", "") or "celery"
CELERY_TIMEZONE = "UTC"
# Intervals, not crontab: a clock change moves no tick. A tick that could not run in time is dropped; the next does all.
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "clocks.tasks.sweep", "schedule": 60.0, "options": {"expires": 55}},
    "imports": {"task": "exchange.tasks.take_up", "schedule": 5.0, "options": {"expires": 5}},
    "documents": {"task": "documents.tasks.tick", "schedule": 5.0, "options": {"expires": 5}},
    "webhooks": {"task": "api.tasks.webhooks", "schedule": 5.0, "options": {"expires": 5}},
    "drain": {"task": "notifications.tasks.drain", "schedule": 5.0, "options": {"expires": 5}},
    "heads": {"task": "notifications.tasks.keep_heads", "schedule": 3600.0, "options": {"expires": 3000}},
    "remove": {"task": "retention.tasks.remove_files", "schedule": 60.0, "options": {"expires": 55}},
    "drafts": {"task": "drafts.tasks.throw_away", "schedule": 21600.0, "options": {"expires": 3600}},
    "names": {"task": "people.tasks.count_names", "schedule": 21600.0, "options": {"expires": 3600}},
    "feeds": {"task": "contacts.tasks.take_feeds", "schedule": 60.0, "options": {"expires": 50}},
    "rank": {"task": "contacts.tasks.rank", "schedule": 3600.0, "options": {"expires": 3000}},
    "handover": {"task": "contacts.tasks.handover", "schedule": 60.0, "options": {"expires": 55}},
    "chase": {"task": "contacts.tasks.chase", "schedule": 60.0, "options": {"expires": 55}},
    "leavers": {"task": "staff.tasks.let_go", "schedule": 60.0, "options": {"expires": 55}},
    "draw": {"task": "referrals.tasks.draw", "schedule": 3600.0, "options": {"expires": 3000}},
}

# --- Applications ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "frontdoor.ui",
    "frontdoor.codelists",
    "frontdoor.accounts",
    "frontdoor.audit",
    "frontdoor.workflow",
    "frontdoor.people",
    "frontdoor.notifications",
    "frontdoor.clocks",
    "frontdoor.documents",
    "frontdoor.drafts",
    "frontdoor.retention",
    "frontdoor.rules",
    "frontdoor.signing",
    "frontdoor.staff",
    "contacts",
    "referrals",
    "assessments",
    "supervision",
    "frontdoor.pages",
    "frontdoor.api",
    "frontdoor.exchange",
    "frontdoor.figures",
    "frontdoor.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "csp",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "oauth2_provider",
    "rest_framework",
    "django_structlog",
]
MIDDLEWARE = [
    "frontdoor.middleware.RequestReferenceMiddleware",
    "frontdoor.middleware.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "frontdoor.middleware.PrivacyHeadersMiddleware",
    "frontdoor.middleware.RequestLogMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "frontdoor.middleware.SessionMiddleware",
    "frontdoor.middleware.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "frontdoor.middleware.AbsoluteTimeoutMiddleware",
    "frontdoor.middleware.SecondFactorMiddleware",
    "frontdoor.middleware.PasskeyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "frontdoor.middleware.HistoryMiddleware",
    "frontdoor.audit.middleware.AuditMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "frontdoor.urls"
WSGI_APPLICATION = "frontdoor.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "frontdoor.ui.jinja.environment",
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "frontdoor.ui.context.page",
                "frontdoor.pages.context.chrome",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", "") or EMBEDDED.data / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "Europe/London"

# --- Sign-in --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "frontdoor.accounts.passwords.BreachedPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
]
#: Hashes of breached passwords: a file of SHA-1 in hexadecimal, one a line, in order. Read where it lies.
BREACHED_PASSWORDS_FILE = env.str("BREACHED_PASSWORDS_FILE", "")
if BREACHED_PASSWORDS_FILE and not Path(BREACHED_PASSWORDS_FILE).is_file():
    raise ImproperlyConfigured(f"BREACHED_PASSWORDS_FILE: there is no file {BREACHED_PASSWORDS_FILE}.")
#: Roles that sign in with a passkey or security key, which nobody can be talked out of; a code is not enough for them.
PASSKEY_ROLES = env.list("PASSKEY_ROLES", default=[])
#: How many minutes a factor counts as fresh where one is asked for once more; 0: none is asked for.
FRESH_FACTOR_MINUTES = int(env.str("FRESH_FACTOR_MINUTES", "") or (15 if PRODUCTION else 0))
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "frontdoor.accounts.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "frontdoor.accounts.adapters.SocialAccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {
    "login_failed": None,  # axes does this and the next, visibly and in the database
    "login": None,
    "reset_password": "20/m/ip,5/h/key",  # by address typed, whether or not it is anybody's
}
ACCOUNT_FORMS = {
    "reset_password": "frontdoor.accounts.forms.ForgottenForm",
    "change_password": "frontdoor.accounts.forms.NewPasswordForm",
}
MFA_REQUIRED = env.bool("MFA_REQUIRED", PRODUCTION)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SERVICE_NAME
MFA_FORMS = {  # wrong codes and keys are counted in the database for the account, and lock like wrong passwords
    "authenticate": "frontdoor.accounts.second_factor.CodeForm",
    "reauthenticate": "frontdoor.accounts.second_factor.CodeAgainForm",
    "authenticate_webauthn": "frontdoor.accounts.second_factor.KeyForm",
    "reauthenticate_webauthn": "frontdoor.accounts.second_factor.KeyAgainForm",
    "login_webauthn": "frontdoor.accounts.second_factor.PasskeyForm",
}
# Nothing about a passkey can be guessed. A whole office signs in from one address, at nine in the morning.
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if env.str("OIDC_SERVER_URL", ""):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "council",
                "name": env.str("OIDC_NAME", "Council account"),
                "client_id": env.str("OIDC_CLIENT_ID"),
                "secret": env.str("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": env.str("OIDC_SERVER_URL")},
            }
        ]
    }
AXES_HANDLER = "frontdoor.accounts.lockout.Handler"
# Wrong passwords for one account from one place; then for one account from everywhere, and from one place for all
# accounts: these two keep out only who has never signed in to that account from that place.
AXES_FAILURE_LIMIT = 5
ACCOUNT_FAILURE_LIMIT = 50
NETWORK_FAILURE_LIMIT = 100
KNOWN_FOR_DAYS = 90
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # going on trying does not keep the door shut
AXES_CLIENT_IP_CALLABLE = "frontdoor.networks.network"
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "frontdoor.accounts.lockout.who"
AXES_LOCKOUT_CALLABLE = "frontdoor.accounts.lockout.locked_out"
AXES_SENSITIVE_PARAMETERS = ["login", "username", "oldpassword", "password1", "password2", "csrfmiddlewaretoken"]
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False
#: After how many hours a new address, a removed second step or a sent link takes effect without a second person's yes.
#: 0: never. For managers, administrators and the data protection officer never.
ACCOUNT_CHANGE_HOURS = env.int("ACCOUNT_CHANGE_HOURS", 24)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_MINUTES", 30) * 60
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_HOURS", 12) * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "frontdoor.ui.responses.csrf_failure"

# --- Transport and browser ------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
#: Where partners reach the pages, for the links in messages: no slash at the end.
PUBLIC_URL = env.str("PUBLIC_URL", "").rstrip("/") or (
    f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION else f"http://127.0.0.1:{env.str('PORT', '') or '8000'}"
)
#: Whether a browser speaks TLS to whatever stands in front of us. Then no cookie goes over a plain connection, and each
#: has a name that browsers take from this host alone; the demonstration on http has plain ones.
TLS = PRODUCTION or PUBLIC_URL.startswith("https://")
MESSAGE_STORAGE = "frontdoor.ui.said.Storage"
MESSAGE_COOKIE_NAME = "messages"
if TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    MESSAGE_COOKIE_NAME = "__Host-messages"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 17 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 50
FILE_UPLOAD_HANDLERS = [
    "frontdoor.ui.uploads.TooMuchHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,
}
OAUTH2_PROVIDER = {
    "SCOPES": {"contacts": "Send contacts and read what became of them"},
    "ACCESS_TOKEN_EXPIRE_SECONDS": 600,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,  # a checksum is kept, not the token
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    # Grants nobody is given here are kept to the same rules, so that nothing opens by an upgrade.
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
API_RATE_PER_MINUTE = env.int("API_RATE_PER_MINUTE", 1200)
#: Wrong secrets a network address may send for a token in a minute.
TOKEN_REFUSALS_PER_MINUTE = env.int("TOKEN_REFUSALS_PER_MINUTE", 30)
#: How often in a minute one secure link may be opened or sent, and how often a network address may miss.
LINK_TRIES_PER_MINUTE = env.int("LINK_TRIES_PER_MINUTE", 120)
# Webhooks go to public addresses by https only; networks named here may be inside ours, and may be reached without it.
WEBHOOK_NETWORKS = env.list(
    "WEBHOOK_NETWORKS", default=["127.0.0.0/8", "::1/128"] if FRONTDOOR_ENV == "development" else []
)
for _network in WEBHOOK_NETWORKS:
    try:
        ip_network(_network)
    except ValueError as _wrong:
        raise ImproperlyConfigured(f"WEBHOOK_NETWORKS: {_network!r} is no network such as 10.1.2.0/24.") from _wrong
#: Seconds an agency's receiver has to answer; twice that, and the connection is cut however slowly it drips.
WEBHOOK_TIMEOUT = env.int("WEBHOOK_TIMEOUT", 10)

# --- E-mail -----------------------------------------------------------------------------------------------------------
EMAIL_CONFIG = env.email_url_config(
    env.str("EMAIL_URL", "") or ("smtp://localhost:25" if PRODUCTION else "dummymail://")
)
vars().update(EMAIL_CONFIG)
#: Seconds a mail server has to answer: less than a worker may leave a transaction idle.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 20)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "front.door@council.example")

# --- Evidence kept elsewhere: the heads of the audit trail, once a day; empty: they are printed alone -----------------
AUDIT_HEADS_DIR = env.str("AUDIT_HEADS_DIR", "")
if AUDIT_HEADS_DIR and not Path(AUDIT_HEADS_DIR).is_absolute():
    raise ImproperlyConfigured("AUDIT_HEADS_DIR must be a whole path, beginning with /.")
AUDIT_HEADS_TO = env.list("AUDIT_HEADS_TO", default=[])

# --- History and logs: never personal data ----------------------------------------------------------------------------
PGHISTORY_APPEND_ONLY = True
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
DJANGO_STRUCTLOG_CELERY_ENABLED = False
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # RequestReferenceMiddleware has looked at it first
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
                quiet.processor,
            ],
        }
    },
    "filters": {"kind_alone": {"()": quiet.KindAlone}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
    "loggers": {
        "django_structlog": {"level": "INFO" if PRODUCTION else "WARNING"},
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "axes": {"level": "ERROR"},
        "celery.app.trace": {"filters": ["kind_alone"]},
    },
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        quiet.processor,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
