"""Housekeeping of a commune's cases, every night."""

from __future__ import annotations

from django_tasks import task

from documents.files.storing import remove_orphans
from documents.files.tasks import check_forgotten
from services.cases.drafts import discard_expired
from services.cases.figures import recount_figures
from tenants.organisation.posts import keep_officials_accounts


@task()
def sweep() -> None:
    """Throw away unsent forms after their last day and stored bytes without a row; count anew.

    Files whose check was forgotten are checked too.
    """
    discard_expired()
    remove_orphans()
    keep_officials_accounts()
    check_forgotten()
    # Last: whoever files a case waits for it from here to the commit.
    recount_figures()
