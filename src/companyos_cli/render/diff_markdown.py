"""A diff as Markdown for a comment on a pull request, of bounded length.

What comes from files is put in code spans, so it is shown and never rendered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from companyos.diff import AccessChange, Direction, FlagChange, StateDiff
from companyos_cli.render import diff_words as words

ROWS_MAX = 50
LENGTH_MAX = 60_000
"""GitHub refuses comments of more than 65,536 characters."""

_CELL_MAX = 600


def diff_markdown(diff: StateDiff, names: words.Names) -> str:
    """Return the whole diff, or as much of it as a comment may hold."""
    lines = list(_lines(diff, names))
    kept: list[str] = []
    length = 0
    for line in lines:
        length += len(line.encode()) + 1
        if length > LENGTH_MAX:
            # An open block would swallow what the page shows below the comment.
            opened = sum(part.count("<details>") for part in kept)
            closed = sum(part.count("</details>") for part in kept)
            kept += ["", *["</details>"] * (opened - closed)]
            kept.append("… cut here; `companyos diff -o json` has the rest.")
            break
        kept.append(line)
    return "\n".join(kept) + "\n"


def _lines(diff: StateDiff, names: words.Names) -> Iterator[str]:
    yield f"### What this change does: {words.summary(diff)}"
    yield ""
    yield f"{_code(names[0])} → {_code(names[1])}"
    if any(move.is_rebucketed for each in diff.flags for move in each.moves):
        yield from ("", f"> [!WARNING]\n> Some people are {words.REBUCKETED}.")
    if doubts := diff.doubts:
        yield from ("", "> [!NOTE]\n> Not proved to be complete:")
        yield from (f"> - {_plain(doubt)}" for doubt in doubts[:ROWS_MAX])
    yield from _access(diff)
    yield from _flags(diff)
    yield from _tenants(diff)
    if diff.remarks:
        yield from ("", "**Remarks**", "")
        yield from (f"- {_plain(each.text)}" for each in diff.remarks[:ROWS_MAX])


def _access(diff: StateDiff) -> Iterator[str]:
    for direction, title in (
        (Direction.GAINED, "Access gained"),
        (Direction.LOST, "Access lost"),
    ):
        own = [each for each in diff.access if each.direction is direction]
        header = ("who", "may" if own and direction is Direction.GAINED else "may not",
                  "when", "tenants", "before", "after")  # fmt: skip
        rows = [_grant(each) for each in own]
        yield from _block(title, header, rows, count=len(own))


def _grant(change: AccessChange) -> Sequence[str]:
    when = words.when_of(change.when)
    if change.when is None:
        when = f"such as {words.example_of(change)}"
    return (
        _code(words.who(change)),
        _code(change.action),
        _code(when) if when else "always",
        _code(words.concerned(change.tenants)),
        _code(words.before_of(change)),
        _code(words.after_of(change)),
    )


def _flags(diff: StateDiff) -> Iterator[str]:
    rows = [row for each in diff.flags for row in _moves(each, diff)]
    count = len({each.flag_id for each in diff.flags})
    header = ("flag", "tenants", "when", "who moves", "at")
    yield from _block("Flags", header, rows, count=count)


def _moves(change: FlagChange, diff: StateDiff) -> Iterator[Sequence[str]]:
    for move in change.moves:
        told = [_code(line) for line in words.movement(move)]
        if move.is_rebucketed:
            told.append("⚠ re-bucketed")
        told += [f"because {_code(reason)}" for reason in words.reasons(change, diff)]
        when = words.when_of(move.when)
        yield (
            _code(change.flag_id),
            _code(words.takers(change)),
            _code(when) if when else "always",
            "<br>".join(told),
            _code(words.place_of(change)),
        )


def _tenants(diff: StateDiff) -> Iterator[str]:
    rows = [
        (_code(each.tenant_id), _code(field.field),
         *map(_code, words.field_sides(field)))
        for each in diff.tenants_changed
        for field in each.fields
    ]  # fmt: skip
    rows += [(_code(name), "", "", "added") for name in diff.tenants_added]
    rows += [(_code(name), "", "", "removed") for name in diff.tenants_removed]
    count = len((*diff.tenants_added, *diff.tenants_removed, *diff.tenants_changed))
    header = ("tenant", "field", "before", "after")
    yield from _block("Tenants", header, rows, count=count)


def _block(
    title: str, header: Sequence[str], rows: Sequence[Sequence[str]], *, count: int
) -> Iterator[str]:
    """Yield a folded table about `count` things, each of which may take some rows."""
    if not rows:
        return
    yield ""
    yield f"<details><summary><b>{title}</b>: {count:,}</summary>"
    yield ""
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows[:ROWS_MAX]:
        yield f"| {' | '.join(row)} |"
    if len(rows) > ROWS_MAX:
        yield ""
        rest = f"{len(rows) - ROWS_MAX:,} more rows"
        yield f"… and {rest}; `companyos diff -o json` has all."
    yield ""
    yield "</details>"


def _code(text: str) -> str:
    """Return text as a code span in a table, whatever it holds."""
    text = text if len(text) <= _CELL_MAX else text[: _CELL_MAX - 1] + "…"
    text = " ".join(text.split()).replace("|", "\\|")
    fence = "`"
    while fence in text:
        fence += "`"
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}" if text else ""


def _plain(text: str) -> str:
    return text.replace("<", "&lt;").replace("|", "\\|")
