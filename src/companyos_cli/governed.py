"""What of a desired state governs and is not compiled, as its files have it.

A file of invariants that cannot be read stops nobody from comparing: it is left out,
and whoever asks is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from companyos.config.kinds import KINDS, Kind
from companyos.config.plain import table, tables
from companyos.config.schema_check import check_schema
from companyos.config.sources import Sources
from companyos.config.yaml_bytes import RefusedYamlError
from companyos.config.yaml_source import read
from companyos.diff.governing import NOUNS, governing_remarks
from companyos.diff.model import Remark
from companyos.digests import JSONObject
from companyos.releases.stages import (
    GRACE_SECONDS,
    LOG_BRANCH,
    LOG_REMOTE,
    SOAK_SECONDS,
)

_LOG: JSONObject = {"branch": LOG_BRANCH, "remote": LOG_REMOTE}
_STAGE: JSONObject = {"soak_seconds": SOAK_SECONDS, "grace_seconds": GRACE_SECONDS}


def remarks_on_files(before: Sources, after: Sources) -> tuple[Remark, ...]:
    """Return what changes in what governs; defaults are as good as written."""
    pairs = {
        kind: (_document(Kind(kind), before), _document(Kind(kind), after))
        for kind in NOUNS
        if before.get(KINDS[Kind(kind)].path) != after.get(KINDS[Kind(kind)].path)
    }
    unread = tuple(
        Remark(
            f"`{KINDS[Kind(kind)].path}` has errors, so what changes there is not told",
            is_effect=True,
        )
        for kind, pair in pairs.items()
        if None in pair
    )
    one, other = (
        {kind: pair[side] or {} for kind, pair in pairs.items() if None not in pair}
        for side in range(2)
    )
    return (*governing_remarks(one, other), *unread)


def _document(kind: Kind, sources: Sources) -> JSONObject | None:
    """Return a file's value, None where it has errors."""
    path = KINDS[kind].path
    if path not in sources:
        return {}
    try:
        source = read(path, sources[path])
    except RefusedYamlError:
        return None
    if check_schema(kind, source):
        return None
    value = cast("JSONObject", source.value)
    return _with_defaults(value) if kind is Kind.STAGES else value


def _with_defaults(value: JSONObject) -> JSONObject:
    stages: Mapping[str, JSONObject] = {
        name: {**_STAGE, **stage} for name, stage in tables(value, "stages").items()
    }
    return {"stages": stages, "log": {**_LOG, **table(value, "log")}}
