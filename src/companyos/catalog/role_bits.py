"""Sets of roles as integers, so that whether two of them meet is one operation.

The first bit is everybody's: every subject holds it, and a rule for any subject wants
it. Bits are of one catalogue: never compare those of two.
"""

from __future__ import annotations

from collections.abc import Iterable

_EVERYBODY = 1


class RoleBits:
    """The bits of one catalogue's roles, in the order of their names."""

    __slots__ = ("_bits",)

    def __init__(self, roles: Iterable[str]) -> None:
        self._bits = {role: 2 << n for n, role in enumerate(sorted(roles))}

    def held(self, roles: Iterable[str]) -> int:
        """Return the bits of a subject that holds these roles."""
        bits = _EVERYBODY
        for role in roles:
            bits |= self._bits[role]
        return bits

    def wanted(self, roles: Iterable[str] | None) -> int:
        """Return the bits of a rule for these roles, or for everybody if None."""
        return _EVERYBODY if roles is None else self.held(roles) & ~_EVERYBODY
