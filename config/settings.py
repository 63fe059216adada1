"""Settings, the same in every environment; what differs comes from ``config.env``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import django
from csp.constants import NONE, SELF

from config import browser_powers, commune_data, commune_migrations, shared_tables
from config.env import BASE_DIR, database, env
from tenants.accounts.identity.configuration import identity_apps
from tenants.jobs.timing import daily, every

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "" if not DEBUG else "only-for-development" * 3)

# ── Where we are ─────────────────────────────────────────────────────────
BASE_DOMAIN = env.str("BASE_DOMAIN", "xaso.localhost")
PUBLIC_SCHEME = env.str("PUBLIC_SCHEME", "http" if BASE_DOMAIN.endswith("localhost") else "https")
PUBLIC_PORT = env.str("PUBLIC_PORT", "")  # ":8000", or empty
# Domains of communes' own, which lead to their sites; each is also a row of the registry.
OWN_DOMAINS: list[str] = env.list("OWN_DOMAINS", [])
ALLOWED_HOSTS = [f".{BASE_DOMAIN}", *OWN_DOMAINS]
ROOT_URLCONF = "config.urls_central"
WSGI_APPLICATION = "config.wsgi.application"
IS_LOCAL = BASE_DOMAIN.endswith("localhost")

# ── Apps: what lives in public, what in every commune ────────────────────
SHARED_APPS = [
    "django_tenants",
    "tenants.communes",
    "tenants.calendar",
    "tenants.jobs",
    "tenants.accounts",
    "tenants.notices",
    "tenants.fleet",
    "services.catalogue",
    "services.tracking",
    "config",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_tasks",
    "csp",
    "citizens.portal",
    "citizens.profile",
    "services.desk",
    "documents.rendering",
    "tenants.console",
]
TENANT_APPS = [
    "tenants.history",
    "tenants.organisation",
    "documents.files",
    "documents.registers",
    "services.payments",
    "services.cases",
    "services.reception",
    "services.feedback",
]
INSTALLED_APPS = SHARED_APPS + TENANT_APPS
COMMUNE_MIGRATIONS: tuple[Any, ...] = commune_migrations.COMMUNE_MIGRATIONS
COMMUNE_DATA: Any = commune_data.COMMUNE_DATA
# Communes that every upgrade tries first; none named means the first ones by code.
FLEET_CANARIES: list[str] = env.list("FLEET_CANARIES", [])
# Whether the database is a Citus cluster, where each commune's schema lies on one node.
CITUS: bool = env.bool("CITUS", False)
REFERENCE_TABLES = shared_tables.REFERENCE_TABLES
MANAGED_LOCAL_TABLES = shared_tables.MANAGED_LOCAL_TABLES
TENANT_MODEL = "communes.Commune"
TENANT_DOMAIN_MODEL = "communes.Domain"
PUBLIC_SCHEMA_NAME = "public"
DATABASES = {"default": database()}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        # What one commune puts there, no other reads.
        "KEY_FUNCTION": "django_tenants.cache.make_key",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.protections.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "config.protections.AnswerMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.language.LanguageMiddleware",
    "tenants.communes.middleware.CommuneMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.accounts.open_sessions.SeenMiddleware",
    "tenants.accounts.middleware.SignInRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates", Path(django.__file__).parent / "forms" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.navigation.site",
            ],
            "libraries": {
                "identity": "tenants.accounts.identity.tags",
                "money": "tenants.kit.templatetags.money",
            },
        },
    }
]
# Widgets are drawn by our own templates too (templates/forms/widgets).
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# ── Who is here ──────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["tenants.accounts.backend.AccountBackend"]
ACCOUNT_ADAPTER = "tenants.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone", "email", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "tenants.accounts.adapter.account_name"
# Codes are ours (tenants.accounts.proving): no account is written before its owner has proved a
# phone number or an address, so nobody takes a stranger's, and pages cannot tell who is known.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PHONE_VERIFICATION_ENABLED = False
# allauth counts in each process for itself; tenants.accounts.limits counts in the database.
ACCOUNT_RATE_LIMITS = {
    **dict.fromkeys(("login", "signup", "reauthenticate", "change_password"), ""),
    "login_failed": "5/5m/key",
}
ACCOUNT_FORMS = {
    "login": "tenants.accounts.forms.SignInForm",
    "reauthenticate": "tenants.accounts.forms.ReauthenticateForm",
    "change_password": "tenants.accounts.forms.ChangePasswordForm",
    "set_password": "tenants.accounts.forms.SetPasswordForm",
}
# ── Second factor ────────────────────────────────────────────────────────
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Xã Số"
# Signing asks for the factor again when it was shown longer ago.
SIGNING_FACTOR_AGE = timedelta(minutes=5)

# ── Sign-in by VNeID and the national portal ─────────────────────────────
# Where, and as whom, a deployment is registered there: OIDC_VNEID_… and OIDC_DVCQG_…
# (docs/identity.md). Whoever signs in there proves who they are; no token of theirs is kept.
SOCIALACCOUNT_ADAPTER = "tenants.accounts.identity.adapter.IdentityAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": identity_apps(env)}}
SOCIALACCOUNT_STORE_TOKENS = False
# Seconds for which a provider may keep a worker waiting.
SOCIALACCOUNT_REQUESTS_TIMEOUT = env.int("OIDC_TIMEOUT", 5)

# A phone number or an address is enough; our form asks for one of the two.
SILENCED_SYSTEM_CHECKS = ["account.W001"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/ho-so-cua-toi/"
SESSION_ENGINE = "tenants.accounts.sessions"
# Why each cookie is as it is: docs/security.md. Browsers take the prefixes over https alone.
SESSION_COOKIE_NAME = "sessionid" if IS_LOCAL else "__Secure-sessionid"
SESSION_COOKIE_DOMAIN = BASE_DOMAIN
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = not IS_LOCAL
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
CSRF_COOKIE_NAME = "csrftoken" if IS_LOCAL else "__Host-csrftoken"
CSRF_COOKIE_SECURE = not IS_LOCAL
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.errors.csrf_failed"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Hashes made by the others are made anew at the next sign-in.
PASSWORD_HASHERS = [
    "tenants.accounts.hashing.PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "tenants.accounts.passwords.WordsOfThePlaceValidator"},
]

# ── Keys ─────────────────────────────────────────────────────────────────
ENCRYPTION_KEYS = env.str("ENCRYPTION_KEYS", "")
INDEX_KEY = env.str("INDEX_KEY", "")

# ── Jobs ─────────────────────────────────────────────────────────────────
TASKS = {"default": {"BACKEND": "tenants.jobs.backend.JobsBackend"}}
# What a runner serves unless told otherwise, the first one first: a partner that is slow to take
# notices holds up no printing.
JOB_QUEUES = ["default", "notices"]
# Seconds after which a job whose runner is silent is given to another: ten times the longest job
# measured (a document of many pages).
JOB_LEASE = env.int("JOB_LEASE", 120)
# What happens by itself, in local time; communes take their turns over the window.
SCHEDULED_TASKS = {
    "services.reception.tasks.end_the_day": daily("00:20", over=timedelta(hours=1)),
    "services.reception.tasks.remind_of_appointments": daily("08:00", over=timedelta(hours=1)),
    "services.cases.tasks.sweep": daily("01:30", over=timedelta(hours=3)),
    "services.cases.calendar_moves.follow_calendar": daily("00:15", over=timedelta(hours=1)),
    "services.cases.warnings.warn_of_deadlines": every(
        timedelta(minutes=15), over=timedelta(minutes=14)
    ),
    "tenants.history.tasks.keep_daily_head": daily("23:00", over=timedelta(minutes=45)),
    "tenants.jobs.tasks.remove_done_jobs": daily("04:45"),
    "tenants.accounts.tasks.remove_expired_sessions": daily("05:00"),
    "tenants.notices.tasks.remove_old_notices": daily("04:30"),
    # After the sweep, in which communes have kept the accounts of their officials.
    "citizens.profile.tasks.close_due_accounts": daily("05:15"),
}
# What a commune does when days off or worked of the whole country were declared.
CALENDAR_TASK = "services.cases.calendar_moves.follow_calendar"
# What a runner does once before its first job.
JOB_RUNNER_STARTS = ["documents.rendering.pdf.warm_up", "documents.files.checking.warm_up"]

# The list of communes, their predecessors and agency codes: files of the folder `data` there.
OFFICIAL_LIST_DIR = env.path("OFFICIAL_LIST_DIR", BASE_DIR / "tenants" / "communes" / "data")

# ── Payments ─────────────────────────────────────────────────────────────
# Where VNPAY takes payers: its sandbox until a deployment names the real address.
VNPAY_PAY_URL = env.str("VNPAY_PAY_URL", "https://sandbox.vnpayment.vn/paymentv2/vpcpay.html")

# ── Pages ────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "django_language" if IS_LOCAL else "__Secure-language"
LANGUAGE_COOKIE_DOMAIN = BASE_DOMAIN
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = not IS_LOCAL
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
FORMAT_MODULE_PATH = "config.formats"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "staticfiles")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "config.static_storage.StaticStorage"
        )
    },
}
WHITENOISE_MAX_AGE = 3600
FILES_ROOT = env.path("FILES_ROOT", BASE_DIR / ".local" / "files")
# Folders with layouts of printed slips that stand before or beside the product's own.
LAYOUT_FOLDERS: list[str] = env.list("LAYOUT_FOLDERS", [])
# Where the heads of the communes' histories are added to every day: another machine's folder, or
# one that can only be added to (docs/deploy.md).
HEADS_DIR = env.path("HEADS_DIR", BASE_DIR / ".local" / "heads")
# ClamAV's daemon, which files are shown to before anybody may open them: the path of its socket,
# or host:port. With neither, files are decoded and checked, but not for viruses.
CLAMD_SOCKET = env.str("CLAMD_SOCKET", "")
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", "")
BLUEPRINT_DIR = env.path("BLUEPRINT_DIR", BASE_DIR / ".local" / "blueprints")
# A supplement may bring several scans at once; each file has its own limit besides.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# ── Protections of pages ─────────────────────────────────────────────────
# Nothing inline and nothing from elsewhere; what is not named falls under the first line.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        # Answers marked with xframe_options_sameorigin say SELF (config.protections).
        "frame-ancestors": [NONE],
        "form-action": [
            SELF,
            f"{PUBLIC_SCHEME}://{BASE_DOMAIN}{PUBLIC_PORT}",
            f"{PUBLIC_SCHEME}://*.{BASE_DOMAIN}{PUBLIC_PORT}",
        ],
    }
}
PERMISSIONS_POLICY = browser_powers.PERMISSIONS_POLICY
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", not IS_LOCAL)
SECURE_HSTS_SECONDS = 0 if IS_LOCAL else 60 * 60 * 24 * 365
SECURE_HSTS_INCLUDE_SUBDOMAINS = not IS_LOCAL
SECURE_HSTS_PRELOAD = not IS_LOCAL
# How many proxies stand before a worker: whose address a sign-in is counted for.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]

# ── Mail ─────────────────────────────────────────────────────────────────
EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = env.str("EMAIL_FILE_PATH", str(BASE_DIR / ".local" / "mail"))
# Seconds that a gateway of letters may keep a page waiting.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 5)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"khong-tra-loi@{BASE_DOMAIN}")

# ── Messages to phones ───────────────────────────────────────────────────
# The default writes them into files, to be read while developing; no gateway is named here.
SMS_BACKEND = env.str("SMS_BACKEND", "tenants.kit.sms.FileSender")
SMS_FILE_PATH = env.str("SMS_FILE_PATH", str(BASE_DIR / ".local" / "sms"))
# For "tenants.kit.sms.HttpSender": where the gateway listens, as whom we come, and for how many
# seconds in all it may keep a runner waiting.
SMS_HTTP_URL = env.str("SMS_HTTP_URL", "")
SMS_HTTP_TOKEN = env.str("SMS_HTTP_TOKEN", "")
SMS_HTTP_TIMEOUT = env.int("SMS_HTTP_TIMEOUT", 10)
# Whether notices keep their accents on a phone: 70 characters a message instead of 160.
SMS_ACCENTS = env.bool("SMS_ACCENTS", False)
# How long notices and the record of their sending are kept; the histories of cases stay.
NOTICES_KEPT_DAYS = env.int("NOTICES_KEPT_DAYS", 2 * 365)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "tenants.kit.masking.MaskingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        # Instead of Django's own handlers, which mask nothing and would send reports by mail.
        "django": {"handlers": [], "level": "INFO"},
        "django.server": {"handlers": [], "level": "INFO"},
    },
}
DEFAULT_EXCEPTION_REPORTER_FILTER = "tenants.kit.masking.ErrorReportFilter"
