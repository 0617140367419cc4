"""Changes of files: as a diff for people, and as a document for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff

from companyos.digests import JSONObject, JSONValue
from companyos.findings import Finding
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.exits import ExitStatus
from companyos_cli.render.findings_json import findings_json
from companyos_cli.render.findings_text import findings_text

SCHEMA = "companyos.edit/v1"
NOWHERE = "/dev/null"


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that is added, changed or removed, with the unified diff."""

    file: str
    kind: str
    diff: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a change is called, the files it is about, and what it comes to."""

    title: str
    changes: tuple[FileChange, ...]
    effects: tuple[str, ...] = ()


def file_changes(
    before: Mapping[str, bytes], files: Mapping[str, bytes | None]
) -> tuple[FileChange, ...]:
    """Return how files differ from those there were; None is a file that goes."""
    return tuple(
        _file_change(path, before.get(path), data)
        for path, data in sorted(files.items())
    )


def diff_text(changes: Iterable[FileChange], paint: Paint) -> str:
    """Return the diffs of all files, painted."""
    lines = [line for each in changes for line in each.diff.splitlines()]
    return "\n".join(_painted(line, paint) for line in lines)


def plan_text(shown: Shown, paint: Paint) -> str:
    """Return what is about to happen."""
    head = _with_effects(paint(shown.title, Role.STRONG), shown)
    return f"{head}\n{diff_text(shown.changes, paint)}"


def done(shown: Shown, *, next_step: str) -> Answer:
    """Return that the files are written."""

    def text(paint: Paint) -> str:
        rows = [
            f"{paint(each.kind, Role.SUCCESS)} {each.file}" for each in shown.changes
        ]
        return "\n".join(rows)

    return Answer(text, _document(shown, "written"), next_step=next_step)


def unchanged(shown: Shown) -> Answer:
    """Return that everything is so already."""
    return Answer(
        text=lambda _: _with_effects("nothing to change: it is so already", shown),
        document=_document(shown, "unchanged"),
    )


def dry_run(shown: Shown) -> Answer:
    """Return that it could be done, and was not."""
    return Answer(
        text=lambda paint: paint("nothing was changed (dry run)", Role.FAINT),
        document=_document(shown, "planned"),
    )


def declined(shown: Shown) -> Answer:
    """Return that the person said no."""
    return Answer(
        text=lambda _paint: "nothing was changed: you did not agree",
        document=_document(shown, "declined"),
        status=ExitStatus.NO,
    )


def refused(
    shown: Shown, findings: Sequence[Finding], text_of: Callable[[str], str]
) -> Answer:
    """Return that the desired state would not be valid, and why."""

    def text(paint: Paint) -> str:
        head = f"{paint('refused', Role.ERROR)}: the desired state would have errors"
        return f"{findings_text(findings, text_of, paint)}\n\n{head}; nothing written"

    return Answer(text, _document(shown, "refused", findings), status=ExitStatus.NO)


def changes_document(changes: Iterable[FileChange]) -> list[JSONValue]:
    """Return files and their diffs as JSON."""
    return [
        {"file": each.file, "change": each.kind, "diff": each.diff} for each in changes
    ]


def _with_effects(text: str, shown: Shown) -> str:
    return "\n  ".join([text, *shown.effects])


def _document(
    shown: Shown, outcome: str, findings: Sequence[Finding] = ()
) -> JSONObject:
    return {
        "schema": SCHEMA,
        "outcome": outcome,
        "title": shown.title,
        "effects": [*shown.effects],
        "files": changes_document(shown.changes),
        "findings": findings_json(findings)["findings"],
    }


def _file_change(path: str, old: bytes | None, new: bytes | None) -> FileChange:
    kind = "added" if old is None else "removed" if new is None else "changed"
    rows = unified_diff(
        _lines(old),
        _lines(new),
        NOWHERE if old is None else f"a/{path}",
        NOWHERE if new is None else f"b/{path}",
    )
    return FileChange(path, kind, "".join(map(_ended, rows)))


def _lines(data: bytes | None) -> list[str]:
    """Return lines with their ends; other line breaks than LF are part of a line."""
    text = (data or b"").decode("utf-8", "replace")
    rows = [f"{row}\n" for row in text.split("\n")]
    rows[-1] = rows[-1].removesuffix("\n")
    return rows if rows[-1] else rows[:-1]


def _ended(row: str) -> str:
    return row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n"


def _painted(line: str, paint: Paint) -> str:
    if line.startswith(("+++", "---")):
        return paint(line, Role.STRONG)
    if line.startswith("@@"):
        return paint(line, Role.PLACE)
    if line.startswith("+"):
        return paint(line, Role.SUCCESS)
    return paint(line, Role.ERROR) if line.startswith("-") else line
