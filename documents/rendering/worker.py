"""The child process that makes PDFs: ``python -m documents.rendering.worker``.

It reads pages from its standard input and answers with PDFs on its standard output, each frame
led by its length. It holds no database connection and no key, and lives under limits of its own.
"""

from __future__ import annotations

import gc
import os
import resource
import struct
import sys
from typing import BinaryIO

MEMORY_BYTES = 2 * 1024**3
FILE_BYTES = 32 * 1024**2
OPEN_FILES = 128
PAGES_PER_COLLECTION = 10
LENGTH = struct.Struct(">I")
DONE, FAILED = b"+", b"-"


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame, or nothing when the other end has closed."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else None


def write_frame(stream: BinaryIO, body: bytes) -> None:
    """Send one frame at once."""
    stream.write(LENGTH.pack(len(body)) + body)
    stream.flush()


def limit_process() -> None:
    """Bound what a hostile or broken page may take; a core dump would hold personal data."""
    for kind, amount in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (amount, amount))


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer pages until the job runner closes the pipe."""
    from weasyprint.urls import FatalURLFetchingError

    from documents.rendering.typesetting import load, typeset

    # Before the first page is asked for, which is then waited for by someone.
    load()
    # A page makes a hundred thousand short-lived objects: collecting while it is made costs a
    # quarter of its time, so garbage is collected between pages.
    gc.freeze()
    gc.disable()
    count = 0
    while (body := read_frame(requests)) is not None:
        try:
            made = typeset(body.decode())
            answer = DONE + LENGTH.pack(made.pages) + made.pdf
        except (Exception, FatalURLFetchingError) as error:
            answer = FAILED + f"{type(error).__name__}: {error}".encode()
        write_frame(answers, answer)
        count += 1
        if count % PAGES_PER_COLLECTION == 0:
            gc.collect()


def main() -> None:
    """Serve on the inherited pipes, keeping the answers clear of anything a library prints."""
    limit_process()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
