"""Sets of constants that an operand may be among: some, or all but some."""

from __future__ import annotations

from typing import NamedTuple


class Constants(NamedTuple):
    """These constants, or with `is_rest` all values but these; each by its CEL text.

    The text tells `1` from `"1"` and from `true`, as comparing in a condition does.
    """

    texts: frozenset[str]
    is_rest: bool = False

    @property
    def is_empty(self) -> bool:
        """Return whether no value is among them."""
        return not self.texts and not self.is_rest

    def rest(self) -> Constants:
        """Return all values that are not among these."""
        return Constants(self.texts, not self.is_rest)

    def both(self, other: Constants) -> Constants:
        """Return the values that are among these and the other ones."""
        if self.is_rest and other.is_rest:
            return Constants(self.texts | other.texts, is_rest=True)
        if self.is_rest:
            return Constants(other.texts - self.texts)
        if other.is_rest:
            return Constants(self.texts - other.texts)
        return Constants(self.texts & other.texts)

    def either(self, other: Constants) -> Constants:
        """Return the values that are among these or the other ones."""
        return self.rest().both(other.rest()).rest()

    def are_in(self, other: Constants) -> bool:
        """Return whether all of these are among the other ones."""
        if self.is_rest:
            return other.is_rest and other.texts <= self.texts
        if other.is_rest:
            return self.texts.isdisjoint(other.texts)
        return self.texts <= other.texts


ALL = Constants(frozenset(), is_rest=True)
NONE = Constants(frozenset())
TRUE = Constants(frozenset({"true"}))
FALSE = Constants(frozenset({"false"}))
