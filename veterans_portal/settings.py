"""All settings in one file; what differs between machines comes from the environment (.env.example lists it)."""

import secrets
from pathlib import Path

import environ

from veterans_portal import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env", overwrite=False)

VAR = Path(env("VAR", default=str(BASE_DIR / "var")))
DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
EMBEDDED = not env("DATABASE_URL", default="")


def local_secret(name: str) -> str:
    """Return a secret kept below var/, made at first use; only for the embedded database."""
    path = VAR / name
    if not path.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(48))
        path.chmod(0o600)
    return path.read_text()


SECRET_KEY = env("SECRET_KEY", default="") or (local_secret("secret-key") if EMBEDDED else env("SECRET_KEY"))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "veterans_portal.pgscope.apps.PgscopeConfig",  # first: its migrate and flush replace Django's
    "veterans_portal.accounts.apps.AccountsConfig",
    "registry.apps.RegistryConfig",
    "benefits.apps.BenefitsConfig",
    "petitions.apps.PetitionsConfig",
    "reports.apps.ReportsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "import_export",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "axes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "veterans_portal.middleware.SecurityHeaders",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "veterans_portal.middleware.SessionLimits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "veterans_portal.middleware.RefusalTrail",
    "veterans_portal.middleware.ScopeOfRequest",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "veterans_portal.urls"
WSGI_APPLICATION = "veterans_portal.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["veterans_portal.components"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "veterans_portal.context.portal",
            ],
        },
    }
]

COMMON_DATABASE = {
    "ENGINE": "veterans_portal.pgscope",
    "ATOMIC_REQUESTS": True,
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {},
}
if EMBEDDED:
    COMMON_DATABASE |= embedded.settings_for(VAR)
else:
    owner = env.db_url("OWNER_DATABASE_URL")
    COMMON_DATABASE |= {k: v for k, v in env.db_url("DATABASE_URL").items() if k not in ("ENGINE", "OPTIONS")}
    COMMON_DATABASE["OWNER"] = {"USER": owner["USER"], "PASSWORD": owner["PASSWORD"]}
DATABASES = {
    "default": COMMON_DATABASE,
    # progress of long jobs is written while their own transaction is still open: a second connection, no scope
    "plumbing": {**COMMON_DATABASE, "ATOMIC_REQUESTS": False, "TEST": {"MIRROR": "default"}},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

_DIRECTORY = {"accounts_office": "SELECT", "accounts_calendarday": "SELECT", "accounts_calendarversion": "SELECT"}
_POLICY = ("programme", "policyrule", "standardnotice", "standard")
_CATALOG = (
    {f"registry_{name}": "SELECT" for name in ("category", "categoryalias", "matter")}
    | {f"benefits_{name}": "SELECT" for name in _POLICY}
    | {f"petitions_{name}": "SELECT" for name in ("topic", "channel", "deadlinerule")}
)
_USER_COLUMNS = "id, username, display_name, office_id, role, is_active"
_PLUMBING = {
    "accounts_jobprogress": "SELECT, INSERT, UPDATE",
    "accounts_readyfile": "SELECT, INSERT, DELETE",
    "django_tasks_database_dbtaskresult": "SELECT, INSERT, UPDATE, DELETE",
    "django_session": "SELECT, INSERT, UPDATE, DELETE",
    "django_content_type": "SELECT",
}
_AXES = {
    f"axes_{name}": "SELECT, INSERT, UPDATE, DELETE"
    for name in ("accessattempt", "accesslog", "accessfailurelog", "accessattemptexpiration")
}
PGSCOPE_GRANTS = {
    "app_login": _DIRECTORY
    | _PLUMBING
    | _AXES
    | {
        "accounts_user": "SELECT, UPDATE",
        "accounts_passwordhistory": "SELECT, INSERT",
        "django_migrations": "SELECT",
    },
    "app_scope": _DIRECTORY
    | _PLUMBING
    | {
        "accounts_user": f"SELECT ({_USER_COLUMNS})",
        "accounts_calendarday": "SELECT, INSERT, UPDATE",
        "accounts_calendarversion": "SELECT, INSERT",
        "registry_category": "SELECT, INSERT, UPDATE",
        "registry_categoryalias": "SELECT, INSERT, UPDATE",
        "registry_matter": "SELECT, INSERT, UPDATE",
        "petitions_topic": "SELECT, INSERT, UPDATE",
        "petitions_channel": "SELECT, INSERT, UPDATE",
        "petitions_deadlinerule": "SELECT, INSERT, UPDATE",
        # which rows: policies in benefits/migrations/0002_walls.py
        **{f"benefits_{name}": "SELECT, INSERT, UPDATE" for name in _POLICY},
        "benefits_standard": "SELECT, INSERT, UPDATE, DELETE",
    },
    "app_all": _DIRECTORY | _CATALOG | _PLUMBING | {"accounts_user": f"SELECT ({_USER_COLUMNS})"},
    "app_admin": _DIRECTORY
    | _PLUMBING
    | {
        "accounts_office": "SELECT, INSERT, UPDATE",
        "accounts_user": "SELECT, INSERT, UPDATE (display_name, phone, is_active)",
    },
    "app_sec": _DIRECTORY
    | _PLUMBING
    | _AXES
    | {
        "accounts_user": "SELECT, UPDATE (role, office_id, is_active, password, must_change_password, session_key)",
        "accounts_passwordhistory": "SELECT, INSERT",
    },
    "app_audit": _DIRECTORY | _PLUMBING | {"accounts_user": f"SELECT ({_USER_COLUMNS})"},
    "app_public": {"accounts_office": "SELECT"},
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "veterans_portal.accounts.backends.OfficeBackend"]
PASSWORD_HASHERS = [
    "veterans_portal.accounts.passwords.LightArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "veterans_portal.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "veterans_portal.accounts.passwords.ThreeKinds"},
    {"NAME": "veterans_portal.accounts.passwords.NotAboutYou"},
    {"NAME": "veterans_portal.accounts.passwords.NotRecent"},
]
PASSWORD_DAYS = env.int("PASSWORD_DAYS", default=90)
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_LOCKOUT_CALLABLE = "veterans_portal.accounts.views.login.locked_out"
AXES_RESET_ON_SUCCESS = True
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # stations share one address: locking it would lock everybody out
AXES_IPWARE_PROXY_COUNT = env.int("PROXY_COUNT", default=0)

SESSION_COOKIE_AGE = 8 * 3600  # absolute; idle time is SessionLimits' matter
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
HTTPS = env.bool("HTTPS", default=not EMBEDDED)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS and env.bool("SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.int("PROXY_COUNT", default=0) else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

SEALING_ALGORITHM = env("SEALING_ALGORITHM", default="SM4-GCM")
SEALING_KEYS = Path(env("SEALING_KEYS", default=str(VAR / "keys")))
SEALING_DEMO_KEYS = SEALING_KEYS == VAR / "keys"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False
STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# before collectstatic has run (manage.py runserver, tests) files are served from where they lie
COLLECTED = (STATIC_ROOT / "staticfiles.json").exists()
WHITENOISE_AUTOREFRESH = not COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = EMBEDDED
WHITENOISE_MANIFEST_STRICT = False
MEDIA_ROOT = VAR / "files"
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
IMPORT_MAX_BYTES = 30 * 1024 * 1024
IMPORT_INLINE_BYTES = 1024 * 1024  # larger files are read by the worker
EXPORT_INLINE_ROWS = 20_000
DOCUMENT_MAX_BYTES = 10 * 1024 * 1024  # one scanned paper
# our own guard is lossless and knows + - @; the library's deletes the "=" and turns numbers into text
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = False

# sections that rooms add to a dossier: functions of (person, user, today)
DOSSIER_PARTS: list[str] = ["registry.dossier_parts.parts", "benefits.dossier.parts"]
# what rooms do when the work calendar changes: functions of (by, at) that answer how many running terms have moved
CALENDAR_FOLLOWERS = ["petitions.actions.recounting.recount_all"]
# ledgers that rooms above the registry read: kind → (its command function, the permission it needs)
LEDGER_READERS = {"petitions": ("petitions.ledger_command.run_ledger", "IMPORT_PETITIONS")}
# commands of the rooms that the nightly timer calls
NIGHTLY = ["purge_petitions", "find_duplicates", "verify_registry"]

# promises of the portal, not of the law
RECEPTION_NAMES_YEARS = 3  # then name and phone of a visitor are taken out
EVALUATION_DAYS = 90  # how long after closing a petitioner may still say how the work was done

PORTAL_NAME = "退役军人服务管理平台"
PORTAL_FOOTER = env("PORTAL_FOOTER", default="操作有疑问，请联系本级退役军人事务部门")
DEMO_PASSWORD = "Demo-2026-zhan" if DEMO else ""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
