"""What of a flag decides what it answers, as text that can be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping

from companyos.digests import JSONValue
from companyos.flags.model import Flag


def meaning_of(flag: Flag) -> str:
    """Return all of a flag that decides what it answers."""
    return repr(
        (
            flag.state, sorted((k, value_text(v)) for k, v in flag.variants.items()),
            flag.default, flag.off, flag.prerequisites,
            sorted((k, o.serve, o.until) for k, o in flag.overrides.items()),
            [(rule.when, rule.serve) for rule in flag.rules], flag.rollout,
            flag.bucketing, flag.salt, flag.expires_at, flag.on_expiry,
        )
    )  # fmt: skip


def value_text(value: JSONValue) -> str:
    """Return a variant's value as text; equal texts are equal values."""
    return json.dumps(value, sort_keys=True, default=_plain)


def _plain(value: object) -> object:
    """Return read-only tables and tuples as JSON writes them."""
    return dict(value) if isinstance(value, Mapping) else str(value)
