"""Publishing procedure files as versions that never change again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction

from services.catalogue import registry
from services.catalogue.errors import VersionAlreadyPublished
from services.catalogue.models import ProcedureVersion
from services.catalogue.schema import ProcedureDefinition


@dataclass
class Published:
    """What a publication did: versions that are new, and those already there unchanged."""

    new: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def definition_digest(definition: ProcedureDefinition) -> str:
    """The hash that tells whether two definitions say the same."""
    text = json.dumps(definition.to_json(), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def publish_procedures(*, definitions: Iterable[ProcedureDefinition]) -> Published:
    """Store new versions; all or none. Raises VersionAlreadyPublished for changed content."""
    outcome = Published()
    stored = {
        (code, version): digest
        for code, version, digest in ProcedureVersion.objects.values_list(
            "code", "version", "digest"
        )
    }
    for definition in definitions:
        digest = definition_digest(definition)
        name = f"{definition.code} v{definition.version}"
        known = stored.get((definition.code, definition.version))
        if known == digest:
            outcome.unchanged.append(name)
            continue
        if known is not None:
            raise VersionAlreadyPublished(definition.code, definition.version)
        ProcedureVersion.objects.create(
            code=definition.code,
            version=definition.version,
            valid_from=definition.valid_from,
            valid_to=definition.valid_to,
            definition=definition.to_json(),
            digest=digest,
        )
        outcome.new.append(name)
    transaction.on_commit(registry.forget)
    return outcome
