"""What every shared table is on a Citus cluster; a test compares the lists with the models.

A table in neither list would be plain and local: a transaction over it and a commune would not
be one transaction, and only the coordinator would know it. On one machine nothing follows from
the lists.
"""

# A copy on every node: read beside a commune's own tables, changed seldom and, except by people
# who change their own account, by the operators' commands alone. A change needs every node.
REFERENCE_TABLES: tuple[str, ...] = (
    "accounts_account",
    "catalogue_feetableversion",
    "catalogue_procedureversion",
)

# On the coordinator, reached from every node: what pages and jobs write, and what only
# commands and Django itself read.
MANAGED_LOCAL_TABLES: tuple[str, ...] = (
    "account_emailaddress",
    "account_emailconfirmation",
    "accounts_consent",
    "accounts_desksession",
    "accounts_tries",
    # Read seldom, each process remembers them for a minute.
    "calendar_officehours",
    "calendar_specialday",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "communes_commune",
    "communes_domain",
    "communes_figures",
    "django_content_type",
    "django_migrations",
    "django_session",
    "fleet_onboardingbatch",
    "fleet_onboardingitem",
    "fleet_operatoract",
    "fleet_supportaccess",
    "fleet_upgrade",
    "jobs_job",
    "jobs_schedule",
    "mfa_authenticator",
    "notices_delivery",
    "notices_notice",
    "notices_noticepreference",
    "socialaccount_socialaccount",
    "socialaccount_socialapp",
    "socialaccount_socialtoken",
    "tracking_trackedcase",
    "usersessions_usersession",
)
