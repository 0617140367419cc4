"""Names that refer to nothing, told once for each name however often it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import NamedTuple

from companyos.checks.check import Check
from companyos.checks.facts import Word
from companyos.checks.pointers import pointer
from companyos.findings import Finding, Related, Use

CANDIDATES_MAX = 3000
GUESSES_MAX = 50
"""How many names are looked through, and how often, for what was likely meant.

A change could otherwise bring so many wrong names that guessing takes hours.
"""


class Names(NamedTuple):
    """The names there are, and where each is declared.

    `noun` is what they name, `where` is how one is added. `also` are names of files
    that could not be read: referring to them is no further mistake.
    """

    noun: str
    where: str
    declared: Mapping[str, Word]
    also: frozenset[str] = frozenset()

    def have(self, names: Iterable[str]) -> bool:
        """Return whether all of `names` are there."""
        return self.also.union(self.declared).issuperset(names)


def declared(words: Iterable[Word]) -> dict[str, Word]:
    """Return the words that declare names, the first if there are several."""
    found: dict[str, Word] = {}
    for word in words:
        found.setdefault(word.text, word)
    return found


def unknown(check: Check, uses: Iterable[Word], names: Names) -> Iterator[Finding]:
    """Yield one finding for each name that is used and not there, with a count."""
    known = names.also.union(names.declared)
    places: dict[str, list[Word]] = {}
    for use in uses:
        if use.text not in known:
            places.setdefault(use.text, []).append(use)
    guesses = Guesses(names.declared)
    for words in places.values():
        word = min(words, key=lambda each: each.place)
        finding = _unknown(check, word, names, guesses.nearest(word.text))
        yield replace(finding, count=len(words), uses=_uses(words))


def _uses(words: list[Word]) -> tuple[Use, ...]:
    """Return all the places, none where there is only the finding's own."""
    if len(words) == 1:
        return ()
    return tuple(Use(word.file, pointer(word.path)) for word in words)


class Guesses:
    """What names were probably meant to be."""

    def __init__(self, known: Iterable[str]) -> None:
        self._candidates = sorted(known)[:CANDIDATES_MAX]
        self._left = GUESSES_MAX

    def nearest(self, word: str) -> str | None:
        """Return the known name that is most like `word`, if one is like it."""
        self._left -= 1
        if self._left < 0:
            return None
        found = get_close_matches(word, self._candidates, n=1, cutoff=0.6)
        return next(iter(found), None)


def _unknown(check: Check, word: Word, names: Names, near: str | None) -> Finding:
    related: tuple[Related, ...] = ()
    hint = names.where
    if near is not None:
        related = (Related(names.declared[near].place, "closest match"),)
        hint = f"did you mean `{near}`?"
    return check.finding(
        word,
        f"{names.noun} `{word.text}` does not exist",
        label=f"no such {names.noun}",
        hint=hint,
        related=related,
    )
