"""The process that looks into files: ``python -m documents.files.checker DESCRIPTOR``.

It has loaded the decoders and waits; for every file it forks a child, which takes the file and a
place to write to as open descriptors, bounds itself and can then open nothing more: no file, no
connection. Neither of the two has keys or a database. A child that a file brings down tells by
what ended it whether the file was too heavy or the machine too slow.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import socket
import sys
from typing import Any

MEMORY_BYTES = 512 * 1024**2
CPU_SECONDS = 6
# Less than a job's transaction may be idle.
WALL_SECONDS = 8
# Of one page's picture; a job draws several before it says anything to its database.
DRAWING_CPU_SECONDS, DRAWING_WALL_SECONDS = 2, 5
# What stripping writes is smaller than what was sent, except for a note of a few bytes.
FILE_BYTES = 128 * 1024**2
MESSAGE_BYTES = 4096
TOO_HEAVY = "FileTooHeavy"
_OUT_OF_MEMORY, _BROKEN = 3, 4
NOT_CHECKED, REFUSED, GOOD = "not_checked", "refused", "good"


def limit_child(cpu_seconds: int = CPU_SECONDS, wall_seconds: int = WALL_SECONDS) -> None:
    """Bound memory, time and writing, and take away the means to open anything."""
    for kind, amount in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(kind, (amount, amount))
    for number in (signal.SIGALRM, signal.SIGXCPU, signal.SIGXFSZ, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.alarm(wall_seconds)


def look_into(kind: str, source: int, target: int | None) -> dict[str, Any]:
    """Decode the file behind a descriptor; with a target, write it there without its notes."""
    from documents.files.decoding import decode
    from documents.files.errors import FileRefused
    from documents.files.stripping import strip_picture

    data = _all_of(source)
    try:
        pages = decode(data, kind)
        if target is not None:
            stripped = strip_picture(data, kind)
            decode(stripped, kind)
            with os.fdopen(target, "wb") as file:
                file.write(stripped)
    except FileRefused as error:
        return {"result": REFUSED, "refusal": type(error).__name__}
    except ValueError:
        return {"result": REFUSED, "refusal": "FileUnreadable"}
    except MemoryError:
        return {"result": REFUSED, "refusal": TOO_HEAVY}
    return {"result": GOOD, "pages": pages}


def draw(kind: str, page: int, source: int, target: int) -> dict[str, Any]:
    """Write a page's two pictures one after the other; `sizes` says where the first ends."""
    from documents.files.drawing import draw_page

    data = _all_of(source)
    try:
        pictures = draw_page(data, kind, page)
    except Exception as error:
        # The file was found good before; this page alone has no picture.
        refusal = TOO_HEAVY if isinstance(error, MemoryError) else "FileUnreadable"
        return {"result": REFUSED, "refusal": refusal}
    with os.fdopen(target, "wb") as file:
        for picture in pictures:
            file.write(picture)
    return {"result": GOOD, "pages": 1, "sizes": [len(picture) for picture in pictures]}


def _all_of(source: int) -> bytes:
    with os.fdopen(source, "rb") as file:
        file.seek(0)
        return file.read()


def _in_child(request: dict[str, Any], descriptors: list[int], answers: int) -> None:
    """Do one file's work and end, whatever happens; nothing of the parent's is cleaned up."""
    try:
        if "page" in request:
            limit_child(DRAWING_CPU_SECONDS, DRAWING_WALL_SECONDS)
            answer = draw(request["kind"], request["page"], *descriptors)
        else:
            limit_child()
            target = descriptors[1] if request["strip"] else None
            answer = look_into(request["kind"], descriptors[0], target)
        os.write(answers, json.dumps(answer).encode())
        os._exit(0)
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    except BaseException as error:
        # Only what kind of error: its words may be the file's.
        print(f"a file could not be checked: {type(error).__name__}", file=sys.stderr, flush=True)
        os._exit(_BROKEN)


def _check(request: dict[str, Any], descriptors: list[int]) -> bytes:
    """Run a child for one file; what it found, or what its end says."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _in_child(request, descriptors, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read(MESSAGE_BYTES)
    _pid, status = os.waitpid(child, 0)
    if answer:
        return answer
    code = os.waitstatus_to_exitcode(status)
    if code in (_BROKEN, -signal.SIGALRM, -signal.SIGTERM):
        return json.dumps({"result": NOT_CHECKED}).encode()
    return json.dumps({"result": REFUSED, "refusal": TOO_HEAVY}).encode()


def serve(requests: socket.socket) -> None:
    """Answer requests until the job runner closes its end."""
    from django.conf import settings

    from documents.files import drawing, stripping  # noqa: F401 - a child can open no module
    from documents.files.decoding import load
    from documents.files.errors import FileUnreadable

    # Refusals have words, which are of no use here: only their names go back.
    settings.configure(USE_I18N=False)
    FileUnreadable()
    load()
    drawing.load()
    # What is here stays as it is in every child, whose pages are then shared for longer.
    gc.freeze()
    gc.disable()
    while True:
        message, descriptors, _flags, _address = socket.recv_fds(requests, MESSAGE_BYTES, 2)
        if not message:
            return
        try:
            answer = _check(json.loads(message), descriptors)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        requests.sendall(answer)


def main() -> None:
    """Serve on the inherited socket."""
    with socket.socket(fileno=int(sys.argv[1])) as requests:
        serve(requests)


if __name__ == "__main__":
    main()
