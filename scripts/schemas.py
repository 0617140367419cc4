"""Write the JSON Schemas again after a change of the models: `scripts/schemas.py`.

They stand in `schemas/`, for editors, and in the package, for `companyos validate`.
`.vscode/settings.json` tells editors which file has which.
"""

from __future__ import annotations

import sys
from pathlib import Path

from companyos.config import editor_settings, schema_files, schemas

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "companyos" / "config" / schema_files.FOLDER


def main() -> int:
    """Write every schema to both places, and the settings of editors."""
    for folder in (ROOT / "schemas", PACKAGE):
        folder.mkdir(exist_ok=True)
        for name, data in schemas.export().items():
            (folder / name).write_bytes(data)
    settings = ROOT / editor_settings.PATH
    settings.parent.mkdir(exist_ok=True)
    settings.write_bytes(editor_settings.editor_settings())
    return 0


if __name__ == "__main__":
    sys.exit(main())
