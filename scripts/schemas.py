"""Write what is made from models and grammar again: `scripts/schemas.py`.

JSON Schemas stand in `schemas/`, for editors, and in the package, for `companyos
validate`. `.vscode/settings.json` tells editors which file has which. The conditions'
parser finds its table in the package.
"""

from __future__ import annotations

import sys
from pathlib import Path

from companyos.config import (
    condition_table,
    editor_settings,
    schema_files,
    schemas,
)

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "src" / "companyos" / "config"
PACKAGE = CONFIG / schema_files.FOLDER


def main() -> int:
    """Write every schema to both places, the table, and the settings of editors."""
    for folder in (ROOT / "schemas", PACKAGE):
        folder.mkdir(exist_ok=True)
        for name, data in schemas.export().items():
            (folder / name).write_bytes(data)
    (CONFIG / condition_table.NAME).write_bytes(condition_table.made())
    settings = ROOT / editor_settings.PATH
    settings.parent.mkdir(exist_ok=True)
    settings.write_bytes(editor_settings.editor_settings())
    return 0


if __name__ == "__main__":
    sys.exit(main())
