"""Settings: all of them from the environment, or from the file named by ENV_FILE. docs/settings.md lists them."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from neurons_admin.logs import FORMATTERS
from neurons_admin.unsafe import LOOPBACK, refuse_open_hosts, refuse_weak_keys

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
if env_file := env("ENV_FILE", default=""):
    environ.Env.read_env(env_file)

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
refuse_weak_keys("SECRET_KEY", [SECRET_KEY])
refuse_weak_keys("SECRET_KEY_FALLBACKS", SECRET_KEY_FALLBACKS)
CREDENTIAL_KEYS = env.list("CREDENTIAL_KEYS")
AUDIT_KEYS = env.list("AUDIT_KEYS")
# A file outside of the database, to which the end of the audit trail is written every hour.
AUDIT_HEADS = env("AUDIT_HEADS", default="")
if AUDIT_HEADS and not Path(AUDIT_HEADS).is_absolute():
    raise ImproperlyConfigured("AUDIT_HEADS is the absolute path of a file.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=True)
refuse_open_hosts(ALLOWED_HOSTS, debug=DEBUG, https=HTTPS)

# The demo tenant answers for Microsoft: never together with a host name that others can reach.
DEMO_TENANT = env.bool("DEMO_TENANT", default=False)
if DEMO_TENANT and not set(ALLOWED_HOSTS) <= LOOPBACK:
    raise ImproperlyConfigured("DEMO_TENANT is for one machine: ALLOWED_HOSTS may then name loopback hosts only.")
# Multiplies every wait of the run engine: for tests, which would otherwise sit through them.
PACE = env.float("PACE", default=1.0)
if not 0 < PACE <= 1 or (PACE != 1 and not DEMO_TENANT):
    raise ImproperlyConfigured("PACE is 1 where people work; less, but more than 0, only together with DEMO_TENANT.")

# Whether who signs in with a password needs something else besides.
SECOND_FACTOR = env("SECOND_FACTOR", default="required")
if SECOND_FACTOR not in {"required", "optional"} or (SECOND_FACTOR == "optional" and not DEMO_TENANT):
    raise ImproperlyConfigured('SECOND_FACTOR is "required"; "optional" only together with DEMO_TENANT.')

ENTRA_AUTHORITY_URL = env("ENTRA_AUTHORITY_URL", default="")
GRAPH_URL = env("GRAPH_URL", default="")
ENTRA_CA_BUNDLE = env("ENTRA_CA_BUNDLE", default="")
OUTBOUND_PROXY = env("OUTBOUND_PROXY", default="")
# The app registration that members sign in with; its tenant is the only one.
MICROSOFT_SIGN_IN_TENANT = env("MICROSOFT_SIGN_IN_TENANT", default="")
MICROSOFT_SIGN_IN_CLIENT_ID = env("MICROSOFT_SIGN_IN_CLIENT_ID", default="")
MICROSOFT_SIGN_IN_CLIENT_SECRET = env("MICROSOFT_SIGN_IN_CLIENT_SECRET", default="")
MICROSOFT_SIGN_IN_CLOUD = env("MICROSOFT_SIGN_IN_CLOUD", default="global")
if len({bool(MICROSOFT_SIGN_IN_TENANT), bool(MICROSOFT_SIGN_IN_CLIENT_ID), bool(MICROSOFT_SIGN_IN_CLIENT_SECRET)}) > 1:
    raise ImproperlyConfigured(
        "MICROSOFT_SIGN_IN_TENANT, _CLIENT_ID and _CLIENT_SECRET are set together, or not at all."
    )
try:
    if MICROSOFT_SIGN_IN_TENANT:
        MICROSOFT_SIGN_IN_TENANT = UUID(MICROSOFT_SIGN_IN_TENANT)
        MICROSOFT_SIGN_IN_CLIENT_ID = UUID(MICROSOFT_SIGN_IN_CLIENT_ID)
except ValueError as exc:
    raise ImproperlyConfigured("MICROSOFT_SIGN_IN_TENANT and MICROSOFT_SIGN_IN_CLIENT_ID are GUIDs.") from exc
if MICROSOFT_SIGN_IN_CLOUD not in {"global", "us_gov", "us_dod"}:
    raise ImproperlyConfigured("MICROSOFT_SIGN_IN_CLOUD is global, us_gov or us_dod.")
METRICS_TOKEN = env("METRICS_TOKEN", default="")
if 0 < len(METRICS_TOKEN) < 20:
    raise ImproperlyConfigured("METRICS_TOKEN is short enough to be guessed: 20 characters or more.")
# The address that mails name; browsers say by themselves how they got here.
PUBLIC_URL = env("PUBLIC_URL", default="").rstrip("/")
# Without a mail server nothing is sent, and pages say so.
SENDS_MAIL = bool(env("EMAIL_URL", default=""))
if SENDS_MAIL:
    mail = env.email_url("EMAIL_URL")
    mail["EMAIL_PORT"] = mail["EMAIL_PORT"] or (
        465 if "EMAIL_USE_SSL" in mail else 587 if "EMAIL_USE_TLS" in mail else 25
    )
    vars().update(mail)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("MAIL_FROM", default="neurons-admin@localhost")
# Who is told by mail of errors of the product.
ADMINS = [(address, address) for address in env.list("ADMINS", default=[])]
# Tries a credential before it is kept; `credentials` cannot import the floor that knows Microsoft.
CREDENTIAL_TRIAL = "connectors.checks.sign_in_with"
# Gives whatever uses a credential another one; for the same reason.
CREDENTIAL_USERS = "connectors.reassigning"

INSTALLED_APPS = [
    "neurons_admin.access",
    "neurons_admin.audit",
    "neurons_admin.ui",
    "credentials",
    "connectors",
    "people",
    "django_htmx",
    "bootstrap",
    "heroicons",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
]

MIDDLEWARE = [
    "neurons_admin.tracing.RequestIds",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "neurons_admin.http.SameOriginOnly",
    "neurons_admin.http.RefuseOddText",
    "neurons_admin.access.middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "neurons_admin.http.SignInRequired",
    "neurons_admin.access.gate.SecondFactorRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "neurons_admin.http.NoBlankPage",
    "neurons_admin.http.NeverStore",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "neurons_admin.urls"
WSGI_APPLICATION = "neurons_admin.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
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
            ],
        },
    },
]

DATABASES = {
    "default": {
        **env.db("DATABASE_URL", default=f"postgresql://postgres@/neurons_admin?host={VAR_DIR / 'postgres'}"),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
# A database that takes connections and says nothing must not keep a page waiting for ever.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database.")
# Chains what was recorded, right before each commit: see docs/audit.md.
DATABASES["default"]["ENGINE"] = "neurons_admin.audit.database"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "access:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "access:sign_in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Wrong tries are counted in the database; access/throttle.py has the limits, of which none may be reached.
AXES_HANDLER = "neurons_admin.access.throttle.Throttle"
AXES_FAILURE_LIMIT = 1
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "neurons_admin.access.throttle.counted_name"
AXES_CLIENT_IP_CALLABLE = "neurons_admin.access.addresses.counted_address"
AXES_LOCKOUT_CALLABLE = "neurons_admin.access.throttle.too_many"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code", "credential", "next", "csrfmiddlewaretoken"]

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env("TIME_ZONE", default="UTC")
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env("STATICFILES_STORAGE", default="whitenoise.storage.CompressedManifestStaticFilesStorage")
    },
}
# Without collected files (one machine, tests) WhiteNoise serves from where the packages keep theirs.
WHITENOISE_USE_FINDERS = env.bool("SERVE_UNCOLLECTED_STATIC", default=False)
STATIC_ROOT = None if WHITENOISE_USE_FINDERS else VAR_DIR / "static"

# Rows of ours: a session is listed and ended by whoever may, and outlives a flush of the broker.
SESSION_ENGINE = "neurons_admin.access.session_store"
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=30)
SESSION_HOURS = env.int("SESSION_HOURS", default=10)
if not (1 <= SESSION_IDLE_MINUTES <= 60 and 1 <= SESSION_HOURS <= 24):
    raise ImproperlyConfigured("SESSION_IDLE_MINUTES is from 1 to 60, and SESSION_HOURS from 1 to 24.")
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
# Asked by load balancers, from beside the process; no secret goes either way.
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^healthz$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Scripts and styles come from files of ours and from nowhere else; docs/decisions/0018 says why nothing needs a nonce.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "report-uri": ["/csp-report/"],
    }
}
# What a browser can do and no page here asks for is off; passkeys and the Copy buttons are ours.
PERMISSIONS_POLICY = {
    **dict.fromkeys(
        (
            "accelerometer", "autoplay", "browsing-topics", "camera", "clipboard-read", "display-capture",
            "encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "identity-credentials-get",
            "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "otp-credentials", "payment",
            "picture-in-picture", "screen-wake-lock", "serial", "storage-access", "sync-xhr", "usb",
            "window-management", "xr-spatial-tracking",
        ),
        (),
    ),
    "clipboard-write": "self",
    "publickey-credentials-create": "self",
    "publickey-credentials-get": "self",
}  # fmt: skip
# How many proxies of ours stand before us: that many addresses at the end of X-Forwarded-For can be believed.
PROXIES = env.int("BEHIND_PROXY", default=0)
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The largest honest form is a few kilobytes. The one file there is, a certificate with its key, never touches the disk:
# what is larger than memory allows is dropped.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024

CELERY_BROKER_URL = env("REDIS_URL", default=f"redis+socket://{VAR_DIR / 'redis' / 'redis.sock'}")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "visibility_timeout": 3600,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 0, "interval_start": 0, "interval_step": 0, "interval_max": 0}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = False
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_TASK_TIME_LIMIT = 60
# By itself Celery makes a new connection to the database for each task; see celery.py.
CELERY_DB_REUSE_MAX = 1_000_000_000
CELERY_TASK_DEFAULT_QUEUE = "actions"
CELERY_TASK_ROUTES = {"people.tasks.carry_out_sync": {"queue": "sync"}}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 25
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False

LOG_FORMAT = env("LOG_FORMAT", default="json")
if LOG_FORMAT not in FORMATTERS:
    raise ImproperlyConfigured('LOG_FORMAT is "json" or "line".')
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {LOG_FORMAT: {"()": FORMATTERS[LOG_FORMAT]}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
        "mails": {"class": "neurons_admin.error_mails.ErrorMails"},
    },
    "root": {"handlers": ["stderr", "mails"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
        "msal": {"level": "WARNING"},
        "axes": {"level": "ERROR"},
        "fido2": {"level": "WARNING"},
    },
}
