"""What commits and tags say about an entry: a line for people, trailers for tools.

The entry decides. These words are derived from it, and verification derives them again
and compares, so they are part of version 1 of every kind and must not be reworded.
"""

from __future__ import annotations

from typing import assert_never

from companyos.releases.entries import Body, Entry, Promotion, Release, Rollback, Trust


def subject_line(body: Body) -> str:
    """Return one readable line: `staging: v1.4.0`."""
    match body:
        case Trust():
            return "trust: who may sign what"
        case Release(version=version):
            return f"release: v{version}"
        case Promotion(stage=stage, version=version):
            return f"{stage}: v{version}"
        case Rollback(stage=stage, target=target, only=only):
            parts = "".join(f"{part}, " for part in only).removesuffix(", ")
            return f"{stage}: roll back {f'{parts} ' if parts else ''}to v{target}"
        case _:
            assert_never(body)


def commit_message(entry: Entry) -> str:
    """Return the message of the commit that adds the entry."""
    lines = [subject_line(entry.body), ""]
    match entry.body:
        case Rollback(reason=reason):
            lines += [reason, ""]
        case _:
            pass
    index, operation = entry.position.index, entry.operation_id
    lines += [f"Companyos-Entry: {index}", f"Companyos-Operation: {operation}"]
    return "\n".join(lines) + "\n"


def tag_message(entry: Entry, root: str) -> str:
    """Return the message of the entry's tag; `root` is the log's with the entry."""
    index = entry.position.index
    return (
        f"{subject_line(entry.body)}\n\n"
        f"Companyos-Log-Size: {index + 1}\n"
        f"Companyos-Log-Root: {root}\n"
        f"Companyos-Entry: {index}\n"
    )
