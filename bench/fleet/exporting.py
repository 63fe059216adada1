"""One commune written to an archive.

python -m bench.fleet.exporting CODE    prints seconds and bytes as JSON
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Export the commune into a folder that goes away."""
    import django

    django.setup()
    from tenants.fleet.archive.exporting import export_commune

    with tempfile.TemporaryDirectory() as folder:
        exported = export_commune(sys.argv[1], to=Path(folder) / "commune.xaso")
    print(json.dumps({"seconds": exported.seconds, "bytes": exported.size}))


if __name__ == "__main__":
    main()
