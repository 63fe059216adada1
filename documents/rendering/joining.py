"""Several PDFs as one, to be printed in one go (``documents.registers.joining`` finds them)."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path


def join_pdfs(paths: Iterable[Path]) -> bytes:
    """All pages of our own PDFs in the order given.

    The joined file is for the printer alone: what is kept and checked are the single ones.
    """
    import pikepdf

    joined, target = pikepdf.new(), io.BytesIO()
    for path in paths:
        with pikepdf.open(path) as one:
            joined.pages.extend(one.pages)
    joined.save(target)
    joined.close()
    return target.getvalue()
