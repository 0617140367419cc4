"""Changes of a YAML text of the kind that people, editors and merges make."""

from __future__ import annotations

import random

PIECES = (
    *("\n", " ", "  ", ": ", ":", "- ", "-", "#", " #", "'", '"', "\\", "\t", "\r\n"),
    *("[", "]", "{", "}", ",", "&a ", "*a", "!!str ", "! ", "|", ">", "|+", ">-", "? "),
    *("%YAML 1.1\n", "---\n", "...\n", "<<: ", "~", "null", "NO", "yes", "0777", "1e3"),
    *("0x1F", "0o17", "1_000", "1:30", ".inf", "-.nan", "2024-01-31", "=", "@", "`"),
    *("\x00", "\x85", "\u2028", "\ufeff", "\u202e", "\xa0", "é", "\U0001f600", "\x7f"),
    *("\\x41", "\\u0041", "\\ud800", "''", '""', "a: b", "\n  c: d", "1.10", "+7"),
)


def mutated(text: str, chance: random.Random) -> bytes:
    """Return a text with some changes of the kind that people and editors make."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        end = min(len(text), at + chance.choice((0, 0, 1, 2, 8)))
        piece = chance.choice((chance.choice(PIECES), "", text[at : at + 40]))
        text = text[:at] + piece + text[end:]
    data = text.encode("utf-8", "surrogatepass")
    if not chance.randrange(20):
        at = chance.randrange(len(data) + 1)
        data = data[:at] + bytes([chance.randrange(256)]) + data[at:]
    return data
