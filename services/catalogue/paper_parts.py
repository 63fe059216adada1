"""What may stand for a paper that is asked for: what the person gave, or was given, before."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.catalogue.form_parts import Part, Prose


class FromResult(Part):
    """A procedure whose result serves as the paper, for ``months`` after it was issued.

    Without ``months`` no rule lets the result lose its force; ``basis`` names the rule.
    """

    procedure: Annotated[str, Field(pattern=r"^\d\.\d{6}$")]
    months: Annotated[int, Field(ge=1, le=240)] | None = None
    basis: Prose | None = None
