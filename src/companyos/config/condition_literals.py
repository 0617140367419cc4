r"""CEL's string and number literals as values.

The escapes are those of the CEL specification: `\a \b \f \n \r \t \v`, a quoted quote,
backquote, question mark or backslash, `\xHH`, `\uHHHH`, `\UHHHHHHHH` and three octal
digits. Half a surrogate pair is no character and has no literal.
"""

from __future__ import annotations

import re

from companyos.conditions.wire import INT_MAX, INT_MIN
from companyos.config.condition_syntax import ConditionSourceError, Span

_ESCAPE = re.compile(
    r"\\(?:(?P<sign>[abfnrtv\\?\"'`])|[xX](?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})"
    r"|U(?P<U>[0-9a-fA-F]{8})|(?P<octal>[0-3][0-7]{2})|(?P<unknown>.?))",
    re.DOTALL,
)

_SIGNS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def string_value(literal: str, start: int) -> str:
    """Return the string that a quoted literal, found at `start`, stands for.

    Raises:
        ConditionSourceError: for an escape that CEL does not know.
    """
    quotes = _quotes(literal)

    def replaced(match: re.Match[str]) -> str:
        return _escaped(match, start + quotes)

    return _ESCAPE.sub(replaced, literal[quotes:-quotes])


def raw_string_value(literal: str) -> str:
    """Return the string of a literal `r"…"`, in which nothing is an escape."""
    quotes = _quotes(literal[1:])
    return literal[1 + quotes : -quotes]


def int_value(literal: str, span: Span) -> int:
    """Return the number of a decimal or hexadecimal literal, perhaps with a sign.

    Raises:
        ConditionSourceError: if it does not fit in 64 bits.
    """
    sign, digits = _sign(literal)
    base = 16 if digits[:2] in {"0x", "0X"} else 10
    digits = (digits[2:] if base == 16 else digits).lstrip("0") or "0"
    # The length is checked first: converting many digits is slow, or refused.
    if len(digits) <= 20 and INT_MIN <= (number := sign * int(digits, base)) <= INT_MAX:
        return number
    message = f"`{literal[:40]}` does not fit in 64 bits"
    raise ConditionSourceError(message, span, hint=f"the largest int is {INT_MAX}")


def _sign(literal: str) -> tuple[int, str]:
    if literal.startswith("-"):
        return -1, literal[1:].strip()
    return 1, literal


def _quotes(literal: str) -> int:
    """Return how many characters open the literal, and as many close it."""
    return 3 if len(literal) >= 6 and literal[:3] in {'"""', "'''"} else 1


def _escaped(match: re.Match[str], start: int) -> str:
    if sign := match["sign"]:
        return _SIGNS.get(sign, sign)
    digits = match["x"] or match["u"] or match["U"]
    code = int(digits, 16) if digits else int(match["octal"] or "-1", 8)
    if 0 <= code < 0xD800 or 0xE000 <= code <= 0x10FFFF:
        return chr(code)
    span = Span(start + match.start(), start + match.end())
    what = "no character" if code >= 0 else "not an escape"
    raise ConditionSourceError(
        f"`{match[0]}` is {what}", span, hint="write a backslash as `\\\\`"
    )
