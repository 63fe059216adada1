"""A paper in a form: what may be sent for it, what was sent, and what was wrong with a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from documents.files.errors import FileRefused, megabytes
from documents.files.models import StoredFile
from documents.files.serving import not_open_because
from services.cases.models import Attachment
from services.cases.reuse import Offer
from services.catalogue.forms.pages import must_upload
from services.catalogue.schema import Paper

# Endings beside media types: some phones know only the one, some only the other. With the media
# type of a picture a phone offers its camera.
_ACCEPT = {
    "pdf": ".pdf,application/pdf",
    "jpeg": ".jpg,.jpeg,image/jpeg",
    "png": ".png,image/png",
}


@dataclass(frozen=True)
class GivenFile:
    """A file that was given for a paper."""

    pk: UUID
    name: str
    size: str
    file: StoredFile
    state: str
    problem: FileRefused | None
    # The case that it is used again from; empty for a file that was sent.
    source_code: str = ""


@dataclass(frozen=True)
class PaperItem:
    """A paper with its files and the messages about it; ``limit`` is in bytes.

    ``offers`` are what the commune holds of it and was not taken yet.
    """

    paper: Paper
    must: bool
    limit: int
    accept: str
    files: list[GivenFile] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)

    @property
    def is_held(self) -> bool:
        """Whether the commune issued it itself, so that nobody need send it."""
        return self.paper.no_demand and any(offer.is_result for offer in self.offers)

    @property
    def described_by(self) -> str:
        """Ids of the elements that describe the file field."""
        ids = [f"hint-{self.paper.key}"] if self.paper.hint or self.paper.no_demand else []
        return " ".join([*ids, f"error-{self.paper.key}"] if self.errors else ids)


def paper_item(
    paper: Paper,
    errors: Iterable[tuple[str, str]] = (),
    files: Iterable[Attachment] = (),
    offers: Iterable[Offer] = (),
) -> PaperItem:
    """The paper for a page; ``errors`` are pairs of a paper's key and a sentence."""
    files = list(files)
    taken = {one.file_id for one in files}
    return PaperItem(
        paper=paper,
        must=must_upload(paper),
        limit=paper.max_mb * 1024 * 1024,
        accept=",".join(_ACCEPT[kind] for kind in paper.accept),
        files=[_given(one) for one in files],
        errors=[message for key, message in errors if key == paper.key],
        offers=[offer for offer in offers if offer.file.pk not in taken],
    )


def _given(one: Attachment) -> GivenFile:
    size, problem = megabytes(one.file.size), not_open_because(one.file, is_giver=True)
    return GivenFile(one.pk, one.name, size, one.file, one.file.state, problem, one.source_code)
