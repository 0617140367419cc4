"""Going in circles: which names refer back to themselves over others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from companyos.checks.facts import Word

Edges = Mapping[str, Sequence[Word]]


def cycles(edges: Edges) -> Iterator[tuple[Word, ...]]:
    """Yield each circle once, as the references that close it, smallest name first.

    Iterative depth-first search: a chain as long as the repository is no problem.
    """
    done: set[str] = set()
    for start in sorted(edges):
        if start not in done:
            yield from _from(start, edges, done)


def _from(start: str, edges: Edges, done: set[str]) -> Iterator[tuple[Word, ...]]:
    trail: list[Word] = []
    on_trail: dict[str, int] = {start: 0}
    pending = [iter(edges.get(start, ()))]
    while pending:
        word = next(pending[-1], None)
        if word is None:
            pending.pop()
            done.add(on_trail.popitem()[0])
            if trail:
                trail.pop()
        elif word.text in on_trail:
            yield _from_smallest((*trail[on_trail[word.text] :], word))
        elif word.text not in done and word.text in edges:
            on_trail[word.text] = len(on_trail)
            trail.append(word)
            pending.append(iter(edges[word.text]))


def _from_smallest(circle: tuple[Word, ...]) -> tuple[Word, ...]:
    """Return the circle so that it begins at the smallest name's own reference."""
    first = min(range(len(circle)), key=lambda i: circle[i - 1].text)
    return circle[first:] + circle[:first]


def spelled(circle: Sequence[Word]) -> str:
    """Return the circle in words: `a` → `b` → `a`."""
    return " → ".join(f"`{name}`" for name in (circle[-1].text, *_names(circle)))


def _names(circle: Sequence[Word]) -> Iterator[str]:
    return (word.text for word in circle)
