"""The settings with which editors check the desired state while it is typed.

Every file names its schema in its first line as well. The settings help where that
line is still missing, so in new files, and keep line ends and indentation as they are.
"""

from __future__ import annotations

import json

from companyos.config.kinds import KINDS, FileKind, schema_file
from companyos.digests import JSONObject, JSONValue

PATH = ".vscode/settings.json"


def editor_settings() -> bytes:
    """Return the settings of a work tree for Visual Studio Code and its kin."""
    return (json.dumps(_settings(), indent=2) + "\n").encode()


def _settings() -> JSONObject:
    return {
        "yaml.schemas": {
            f"./schemas/{schema_file(kind)}": _files(row) for kind, row in KINDS.items()
        },
        "yaml.yamlVersion": "1.2",
        "[yaml]": {
            "editor.insertSpaces": True,
            "editor.tabSize": 2,
            "files.encoding": "utf8",
            "files.eol": "\n",
            "files.insertFinalNewline": True,
        },
    }


def _files(kind: FileKind) -> JSONValue:
    """Return the files of a kind; `!` leaves out those of another in its folder."""
    if not kind.folder:
        return kind.path
    others = [
        f"!{row.folder}*{row.ending}"
        for row in KINDS.values()
        if row.folder == kind.folder and row.ending.endswith(f".tests{kind.ending}")
    ]
    own = f"{kind.folder}*{kind.ending}"
    return [own, *others] if others else own
