"""Values measured against the attributes the catalogue declares.

Only what passes here reaches a condition: plain strings of visible characters, integers
of 64 bits, booleans and lists of such strings. Null, floats, nested objects and
whatever only resembles a declared type are refused; nothing is ever converted.
"""

from __future__ import annotations

from collections.abc import Mapping

from companyos.catalog.model import Attribute, AttributeType
from companyos.conditions.values import Value

TEXT_LENGTH_MAX = 4096
KEY_LENGTH_MAX = 256
ITEMS_MAX = 256
INTEGER_BITS = 64

_EXACT: Mapping[AttributeType, type[str | int | bool] | None] = {
    AttributeType.STRING: str,
    AttributeType.INTEGER: int,
    AttributeType.BOOLEAN: bool,
    AttributeType.STRINGS: None,
}


class AttributeReader:
    """Reads given values by their declarations, made ready once."""

    __slots__ = ("_declared",)

    def __init__(self, declared: Mapping[str, Attribute]) -> None:
        self._declared = tuple(
            (name, _EXACT[item.type], item.optional) for name, item in declared.items()
        )

    def read(self, given: Mapping[str, object], into: dict[str, Value]) -> str:
        """Add the declared values to `into`; return what is wrong, empty if nothing."""
        for name, exact, optional in self._declared:
            value = given.get(name)
            # The common case first: this loop is half the price of a decision.
            if exact is str and type(value) is str and value.isprintable():
                if len(value) > TEXT_LENGTH_MAX:
                    return f"`{name}` is too long"
                into[name] = value
            elif value is None and name not in given:
                if not optional:
                    return f"`{name}` is missing"
            else:
                accepted = _accepted(value, exact)
                if accepted is None:
                    return f"`{name}` is not of its declared type"
                into[name] = accepted
        return ""

    def read_fitting(self, given: Mapping[str, object]) -> tuple[dict[str, Value], str]:
        """Return the values that fit, and a note about those that do not."""
        found: dict[str, Value] = {}
        unfit: list[str] = []
        for name, exact, _optional in self._declared:
            if name in given:
                accepted = _accepted(given.get(name), exact)
                if accepted is None:
                    unfit.append(f"`{name}`")
                else:
                    found[name] = accepted
        return found, f"not of their type: {', '.join(unfit)}" if unfit else ""


def is_text(value: object) -> bool:
    """Return whether `value` is text without control or invisible characters.

    Any space counts as visible; format characters (bidirectional marks, zero width
    joiners), surrogates, unassigned and private characters do not.
    """
    if type(value) is not str or len(value) > TEXT_LENGTH_MAX:
        return False
    return value.isprintable() or all(c.isprintable() or c in _SPACES for c in value)


def is_key(value: object) -> bool:
    """Return whether `value` can be the id of a subject or a resource.

    That is 1 to 256 visible ASCII characters: nothing in it looks like something else.
    """
    return (
        type(value) is str
        and 0 < len(value) <= KEY_LENGTH_MAX
        and value.isascii()
        and value.isprintable()
        and " " not in value
    )


_SPACES = frozenset("\u00a0\u1680\u202f\u205f\u3000") | {
    chr(point) for point in range(0x2000, 0x200B)
}


def _accepted(value: object, exact: type | None) -> Value | None:
    """Return `value` as conditions may see it, or None."""
    if exact is None:
        return _texts(value)
    if type(value) is not exact:
        return None
    if isinstance(value, str):
        return value if is_text(value) else None
    if isinstance(value, int):
        limit = 1 << (INTEGER_BITS - 1)
        return value if -limit <= value < limit else None
    return None


def _texts(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, (list, tuple)) or len(value) > ITEMS_MAX:
        return None
    # A copy, so that nobody changes the list between this check and the condition.
    texts = tuple(item for item in value if isinstance(item, str) and is_text(item))
    return texts if len(texts) == len(value) else None
