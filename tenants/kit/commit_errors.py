"""What the database raises when it refuses a commit.

Foreign keys are checked at the commit. One server then raises IntegrityError; through a Citus
coordinator the same refusal of a node arrives as InternalError. Either way nothing was done.
"""

from __future__ import annotations

from django.db import IntegrityError, InternalError

REFUSED_COMMIT = (IntegrityError, InternalError)
