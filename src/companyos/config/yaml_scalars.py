"""What a plain YAML scalar means: the core schema of YAML 1.2.2 (section 10.3.2).

`NO` is a string, `0777` is 777. Not-a-number, infinities and integers past 64 bits have
no JSON form and are refused.
"""

from __future__ import annotations

import math
import re
from typing import TypeAlias

Scalar: TypeAlias = bool | int | float | str | None

INTEGER_MAX = 2**63 - 1

_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+").fullmatch
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
).fullmatch
_NOT_JSON = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)").fullmatch
_NUMBER_STARTS = frozenset("0123456789+-.")
_DIGITS_MAX = 20

_OTHER_BOOLEANS = frozenset(
    "yes Yes YES no No NO on On ON off Off OFF".split()  # noqa: SIM905
)
_OTHER_NUMBER = re.compile(
    r"[-+]?(?:0[0-9_]+|[0-9][0-9_]*_[0-9_]*|0b[01_]+|[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9]*)?"
    r"|[0-9]+[eE][0-9]+)"
).fullmatch


UNCLEAR_WORDS = frozenset(_WORDS) | _OTHER_BOOLEANS
UNCLEAR_STARTS = _NUMBER_STARTS
"""Plain text that is none of these words and begins otherwise is just text."""


class NoJsonNumberError(ValueError):
    """A number that JSON cannot carry, or not exactly."""


def resolve(text: str) -> Scalar:
    """Return the value of a plain scalar.

    Raises:
        NoJsonNumberError: infinite, not a number, or past 64 bits.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if _INTEGER(text):
        return _integer(text)
    if _FLOAT(text):
        return _float(text)
    if _NOT_JSON(text):
        raise NoJsonNumberError("has no JSON form")
    return text


def is_ambiguous(text: str) -> bool:
    """Return whether readers of YAML 1.1 take a plain scalar for something else."""
    if text in _OTHER_BOOLEANS:
        return True
    return text[:1] in _NUMBER_STARTS and _OTHER_NUMBER(text) is not None


def kind_of(value: object) -> str:
    """Return the word people use for a value's type."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "a list" if isinstance(value, list) else "a mapping"


def _integer(text: str) -> int:
    # The length is looked at first: turning very many digits into a number is slow.
    if len(text) > _DIGITS_MAX:
        raise NoJsonNumberError("is past 64 bits")
    number = int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
    if not -INTEGER_MAX - 1 <= number <= INTEGER_MAX:
        raise NoJsonNumberError("is past 64 bits")
    return number


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise NoJsonNumberError("is too large for a number")
    return number
