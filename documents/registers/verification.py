"""The code under which anybody may ask whether a paper is genuine."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from documents.registers.models import Document

# Crockford's base 32: no I, L, O and U, so that a code read aloud or from paper stays itself.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_WRITTEN = re.compile(rf"(?:(\d{{5}}))?([{ALPHABET}]{{{LENGTH}}})")


@dataclass(frozen=True)
class WrittenCode:
    """A verification code as typed: the commune's code when it was given, and the code itself."""

    commune_code: str
    code: str


class DocumentUnknown(Exception):
    """No document of this commune carries the code."""

    def __init__(self, code: str) -> None:
        super().__init__(
            _("Không có văn bản nào mang mã %(code)s. Xin so lại từng ký tự với mã in trên giấy.")
            % {"code": code}
        )


def new_code() -> str:
    """Eight random characters, 40 bits: not to be guessed, short enough to be typed."""
    return "".join(secrets.choice(ALPHABET) for _position in range(LENGTH))


def display_code(code: str, commune_code: str = "") -> str:
    """The code as printed, ``00004-7QK4-M2XD``; without a commune ``7QK4-M2XD``."""
    halves = f"{code[:4]}-{code[4:]}"
    return f"{commune_code}-{halves}" if commune_code else halves


def parse_code(typed: str) -> WrittenCode | None:
    """Read a code as people type it: any case, spaces or hyphens, O for 0, I and L for 1."""
    plain = re.sub(r"[\s\-.–—]", "", typed.upper()).translate(_MISREAD)
    if len(plain) > LENGTH + 5 or (found := _WRITTEN.fullmatch(plain)) is None:
        return None
    return WrittenCode(commune_code=found[1] or "", code=found[2])


def get_document_by_verification(code: str) -> Document:
    """The issued document that carries a code, whatever way it is typed.

    Raises DocumentUnknown when there is none, which is also the answer to a malformed code.
    """
    written = parse_code(code)
    if written is not None:
        found = Document.objects.filter(verification_code=written.code).first()
        if found is not None:
            return found
    raise DocumentUnknown(code)


@dataclass(frozen=True)
class Answer:
    """What a stranger who holds the paper may see: enough to compare, no more."""

    kind: str
    title: str
    notation: str
    issued_on: date
    agency: str
    signer_name: str
    signer_title: str
    holder: str
    sha256: str
    signed: bool
    code: str


def describe_document(document: Document) -> Answer:
    """The answer about a genuine document, with its holder's name masked."""
    content = document.content
    applicant = content.get("applicant") or {}
    holder = content.get("holder") or applicant.get("name") or content.get("subject_name") or ""
    return Answer(
        kind=document.get_kind_display(),
        title=document.title,
        notation=document.notation,
        issued_on=document.issued_on,
        agency=(content.get("letterhead") or {}).get("agency_name", ""),
        signer_name=document.signer_name,
        signer_title=document.signer_title,
        holder=mask_name(holder),
        sha256=document.sha256,
        signed=bool(content.get("signed")),
        code=display_code(document.verification_code),
    )


def mask_name(name: str) -> str:
    """A holder's name for a stranger's eyes: "Nguyễn Thị Hoài Thương" → "N. T. H. Thương"."""
    words = name.split()
    return " ".join([*(f"{word[0].upper()}." for word in words[:-1]), *words[-1:]])
