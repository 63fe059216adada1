"""Check procedure files: ``python -m services.catalogue.check services/catalogue/data``."""

from __future__ import annotations

import sys
from pathlib import Path

from services.catalogue.fee_files import load_fee_folder
from services.catalogue.loader import load_file, load_folder
from services.catalogue.positions import ProcedureFileError

DATA = Path(__file__).parent / "data"


def main(arguments: list[str]) -> int:
    """Print what was found; the exit code is 1 when a file was refused."""
    status = 0
    for path in _files([Path(a) for a in arguments] or [DATA]):
        try:
            definition = load_file(path)
        except ProcedureFileError as error:
            print(error, file=sys.stderr)
            status = 1
            continue
        print(
            f"{definition.code} v{definition.version} {definition.short_name}: "
            f"{len(definition.pages)} trang, {len(definition.fields)} trường, "
            f"{len(definition.papers)} giấy tờ, {len(definition.steps)} bước"
            + (f", định danh mức {level}" if (level := definition.online.assurance) else "")
        )
    return status or _check_fees([path for path in map(Path, arguments) if path.is_dir()] or [DATA])


def _check_fees(folders: list[Path]) -> int:
    try:
        for folder in folders:
            for fees in load_fee_folder(folder, load_folder(folder)):
                print(f"biểu phí {fees.province}: {len(fees.tables)} nghị quyết")
    except ProcedureFileError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _files(paths: list[Path]) -> list[Path]:
    files = [sorted(path.glob("*.yaml")) if path.is_dir() else [path] for path in paths]
    return [file for some in files for file in some if not file.name.startswith("_")]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
