"""Which flags code reads: the answer of `companyos flags usage`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from companyos.digests import JSONObject, JSONValue
from companyos.errors import UsageError
from companyos.flags import FlagSet
from companyos.flags.usage import Read, Usage, usage
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.exits import ExitStatus

SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})


def usage_answer(
    flags: FlagSet, folders: Sequence[Path], *, wrappers: frozenset[str]
) -> Answer:
    """Return what the code below these paths reads; no where it does not agree.

    Raises:
        UsageError: a path is not there, or there is no Python in any of them.
    """
    found = usage(frozenset(flags.flags), _modules(folders), wrappers=wrappers)
    agrees = not (found.unread or found.undefined)
    return Answer(
        text=lambda paint: _report(found, flags, paint),
        document=_document(found),
        status=ExitStatus.YES if agrees else ExitStatus.NO,
    )


def reads_of(
    flag_id: str, folders: Sequence[Path], *, wrappers: frozenset[str]
) -> tuple[tuple[Read, ...], tuple[Read, ...]]:
    """Return the reads of one flag below these paths, and those that may be of it.

    Raises:
        UsageError: a path is not there, or there is no Python in any of them.
    """
    found = usage(frozenset({flag_id}), _modules(folders), wrappers=wrappers)
    return tuple(r for r in found.reads if r.flag_id == flag_id), found.unknown


def _modules(folders: Sequence[Path]) -> Mapping[str, str]:
    modules = {str(path): _text(path) for path in _python_files(folders)}
    if not modules:
        raise UsageError("there is no Python code in what was named")
    return modules


def _python_files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_file():
            yield folder
        elif folder.is_dir():
            yield from (
                path
                for path in sorted(folder.rglob("*.py"))
                if not any(
                    part in SKIPPED or part.startswith(".")
                    for part in path.relative_to(folder).parts
                )
            )
        else:
            raise UsageError(f"`{folder}` is not there")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _report(found: Usage, flags: FlagSet, paint: Paint) -> str:
    lines = [
        f"{paint('never read', Role.WARNING)}: {flag_id}"
        f"  {paint(str(flags.flags[flag_id].place), Role.PLACE)}"
        for flag_id in found.unread
    ]
    lines += [
        f"{paint('not defined', Role.ERROR)}: {read.flag_id}  {_place(read, paint)}"
        for read in found.undefined
    ]
    lines += [
        f"{paint('cannot tell', Role.FAINT)}: `{read.text}`  {_place(read, paint)}"
        for read in found.unknown
    ]
    lines += [f"not Python that can be read: {path}" for path in found.unreadable]
    known = {read.flag_id for read in found.reads if read.flag_id in flags.flags}
    lines.append(f"{len(known)} of {len(flags.flags)} flags are read")
    return "\n".join(lines)


def _place(read: Read, paint: Paint) -> str:
    return paint(f"{read.path}:{read.line}", Role.PLACE)


def _document(found: Usage) -> JSONObject:
    def rows(reads: Iterable[Read]) -> JSONValue:
        return [
            {
                "flag": read.flag_id,
                "path": read.path,
                "line": read.line,
                "text": read.text,
            }
            for read in reads
        ]

    return {
        "schema": "companyos.flag-usage/v1",
        "reads": rows(found.reads),
        "unread": list(found.unread),
        "undefined": rows(found.undefined),
        "unknown": rows(found.unknown),
        "unreadable": list(found.unreadable),
    }
