"""The names of all checks, for pages about them and for who wants to list them.

Checks over facts are in `companyos.checks.registry`. Those met while reading one file
are only named here: what finds them is the reader itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from companyos.checks import baseline, suppressing
from companyos.checks.check import Check
from companyos.checks.registry import CHECKS
from companyos.config import written_conditions
from companyos.findings import Severity

_YAML_ERRORS = {
    "alias": "an alias",
    "bom": "a byte order mark",
    "character": "a tab, or a control, direction or invisible character",
    "depth": "nesting deeper than 32 levels",
    "directive": "a directive",
    "duplicate-key": "a key twice in one mapping",
    "empty": "an empty file",
    "encoding": "a file that is not UTF-8",
    "extension": "a file that ends in `.yml`",
    "key": "a key that is no plain string",
    "merge-key": "a merge key",
    "misplaced-file": "a YAML file where no kind of document stands",
    "multi-document": "a second document in one file",
    "multiline-quoted": "quoted text over several lines",
    "number-range": "a number that JSON cannot carry",
    "symlink": "a symbolic link or a special file",
    "syntax": "text that is not YAML",
    "tag-or-anchor": "a tag or an anchor",
    "too-large": "a file larger than 1 MiB",
}
_YAML_WARNINGS = {
    "ambiguous-scalar": "a plain value that other readers of YAML take otherwise",
    "modeline": "a file that does not begin with its schema",
    "unexpected-file": "a file that is no YAML",
}
_YAML_REMARKS = {
    "crlf": "lines that end with a carriage return",
    "final-newline": "a last line without an end",
}
_INTERNAL_REMARKS = {"cache-corrupt": "earlier results that could not be read"}
_SCHEMA_ERRORS = {
    "additional-property": "a key that is not known",
    "enum": "a word that is none of those known",
    "format": "a date that is not in the calendar",
    "invalid": "a value that does not fit in another way",
    "max-length": "a text that is too long",
    "maximum": "a number that is too large",
    "min-items": "a list or mapping with too little in it",
    "min-length": "a text that is too short",
    "minimum": "a number that is too small",
    "multiple-of": "a number with too many decimals",
    "one-of": "none, or several, of keys of which exactly one is expected",
    "pattern": "a text that has not the form asked for",
    "required": "a key that is missing",
    "reserved": "a name that has a meaning already",
    "type": "a value of another type",
    "unique-items": "an item twice in one list",
}

_PROOFS = {"invariant": "an invariant does not hold, or is not proved"}


def _made(group: str, rows: Mapping[str, str], severity: Severity) -> dict[str, Check]:
    names = {f"{group}/{name}": summary for name, summary in rows.items()}
    return {name: Check(name, severity, text) for name, text in names.items()}


READING: Mapping[str, Check] = {
    **_made("yaml", _YAML_ERRORS, Severity.ERROR),
    **_made("yaml", _YAML_WARNINGS, Severity.WARNING),
    **_made("yaml", _YAML_REMARKS, Severity.INFO),
    **_made("internal", _INTERNAL_REMARKS, Severity.INFO),
    **_made("schema", _SCHEMA_ERRORS, Severity.ERROR),
    **written_conditions.CHECKS,
    **suppressing.CHECKS,
    baseline.STALE_ENTRY.name: baseline.STALE_ENTRY,
    **_made("policy", _PROOFS, Severity.ERROR),
}
"""Checks met while one file, or one condition, is read, or findings are set aside."""

ALL: Mapping[str, Check] = dict(sorted({**READING, **CHECKS}.items()))
"""Every check by its name."""
