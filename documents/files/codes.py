"""What the codes in a picture say that somebody just took; the picture is not kept.

Decoding happens in a process of its own with few rights and bounds on memory and time: a web
worker never opens a stranger's picture itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from documents.files.code_reader import MOST_BYTES, REFUSED
from documents.files.content import kind_of

_ROOT = Path(__file__).resolve().parents[2]
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL")
# Somebody waits at the counter; a web worker is given up after thirty.
_SECONDS = 12.0


class PictureUnreadable(Exception):
    """No code could be looked for in what was sent; the sentence says what to do."""


def codes_in(upload: UploadedFile[Any]) -> list[str]:
    """What the QR codes in a picture say, possibly none. Raises ``PictureUnreadable``."""
    if (upload.size or 0) > MOST_BYTES:
        raise PictureUnreadable(
            _("Ảnh nặng hơn 20 MB. Chụp lại ở chất lượng thường, chỉ lấy phần có mã.")
        )
    data = upload.read()
    if kind_of(data) not in ("image/jpeg", "image/png"):
        raise PictureUnreadable(_("Tệp này không phải ảnh JPG hoặc PNG. Chụp lại phần có mã."))
    variables = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "documents.files.code_reader"],
            input=data,
            capture_output=True,
            timeout=_SECONDS,
            cwd=_ROOT,
            env=variables,
        )
    except subprocess.TimeoutExpired as error:
        raise PictureUnreadable(_("Đọc ảnh quá lâu. Chụp gần hơn, chỉ lấy phần có mã.")) from error
    if done.returncode != 0 or done.stdout == REFUSED:
        raise PictureUnreadable(_("Ảnh này hỏng hoặc quá lớn. Chụp lại phần có mã."))
    return [str(text) for text in json.loads(done.stdout)]
