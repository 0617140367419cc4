"""From a valid desired state to the bytes that services load.

Deterministic: the same files give the same bytes, whatever their order. Everything that
is a set is sorted, and the bytes are canonical JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from companyos.config.compile_flags import flags_document
from companyos.config.compile_policies import policies_document
from companyos.config.compile_tenants import tenants_document
from companyos.config.governing import invalid_state
from companyos.config.load import Loaded, load
from companyos.config.sources import Sources
from companyos.digests import JSONValue, canonical_json, digest_of
from companyos.releases.entries import Part

_ANY_DAY = date(2000, 1, 1)
"""What is compiled does not depend on the day: expiry only ever warns."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """The three components by part, as the bytes their digests are over."""

    components: Mapping[Part, bytes]

    @property
    def digests(self) -> Mapping[Part, str]:
        """Return each component's digest."""
        return {part: digest_of(data) for part, data in self.components.items()}


def compile_state(state: Sources | Loaded) -> Compiled:
    """Return the compiled form of a desired state.

    Raises:
        InvalidStateError: it has errors.
    """
    loaded = state if isinstance(state, Loaded) else load(state, today=_ANY_DAY)
    if loaded.errors:
        raise invalid_state(loaded.errors)
    made: Mapping[Part, JSONValue] = {
        Part.TENANTS: tenants_document(loaded),
        Part.POLICIES: policies_document(loaded),
        Part.FLAGS: flags_document(loaded),
    }
    return Compiled({part: canonical_json(value) for part, value in made.items()})
