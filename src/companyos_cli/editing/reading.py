"""The desired state as commands that edit it look at it: one file, one value, by id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from companyos.checks.pointers import Path
from companyos.config.edits.changes import value_at
from companyos.config.judging import State
from companyos.config.kinds import KINDS, Kind, stem_of
from companyos.config.yaml_bytes import RefusedYamlError
from companyos.config.yaml_source import Source, read
from companyos.digests import JSONValue
from companyos.errors import UsageError
from companyos.tenants import is_id
from companyos_cli.wiring import Workspace


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the desired state and its value."""

    source: Source

    def at(self, *path: str | int) -> JSONValue:
        """Return what is at a path, None where nothing is."""
        return value_at(self.source.value, path)

    def text(self, *path: str) -> str:
        """Return the text at a path, empty where there is none."""
        found = self.at(*path)
        return found if isinstance(found, str) else ""

    def texts(self, *path: str) -> list[str]:
        """Return the texts of the list at a path, none where there is no list."""
        found = self.at(*path)
        rows = found if isinstance(found, list) else []
        return [each for each in rows if isinstance(each, str)]

    def table(self, *path: str) -> Mapping[str, JSONValue]:
        """Return the mapping at a path, empty where there is none."""
        found = self.at(*path)
        return found if isinstance(found, dict) else {}

    def rows(self, *path: str) -> list[JSONValue]:
        """Return the list at a path, empty where there is none."""
        found = self.at(*path)
        return found if isinstance(found, list) else []


def state_of(workspace: Workspace, today: date) -> State:
    """Return the work tree's desired state, whatever is wrong with it."""
    return State.of(workspace.sources, today=today)


def path_of(kind: Kind, name: str) -> str:
    """Return the path of a file of a kind that has many.

    Raises:
        UsageError: `name` is no id.
    """
    if not is_id(name):
        raise UsageError(
            f"`{name}` is no id",
            hint="use lower-case letters, digits and hyphens, beginning with a letter",
        )
    return f"{KINDS[kind].folder}{name}.yaml"


def ids(state: State, kind: Kind) -> list[str]:
    """Return the ids of all files of a kind."""
    folder = KINDS[kind].folder
    return [
        stem_of(path)
        for path in sorted(state.sources)
        if path.startswith(folder) and state.results[path].kind is kind
    ]


def document(state: State, kind: Kind, name: str) -> Document:
    """Return one file of a kind by its id.

    Raises:
        UsageError: there is none, or it cannot be read.
    """
    path = path_of(kind, name)
    if path not in state.sources:
        noun = "policy bundle" if kind is Kind.POLICY else str(kind)
        near = get_close_matches(name, ids(state, kind), n=1, cutoff=0.6)
        hint = f"did you mean `{near[0]}`?" if near else None
        raise UsageError(f"there is no {noun} `{name}`", hint=hint)
    return Document(_readable(state, path))


def governing(state: State, kind: Kind) -> Document | None:
    """Return the one file of a kind, None where there is none.

    Raises:
        UsageError: it cannot be read.
    """
    path = KINDS[kind].path
    return Document(_readable(state, path)) if path in state.sources else None


def documents(state: State, kind: Kind) -> Iterable[tuple[str, Document]]:
    """Yield the files of a kind that can be read, with their ids."""
    for name in ids(state, kind):
        try:
            yield name, document(state, kind, name)
        except UsageError:
            continue


def refuse_taken(state: State, kind: Kind, name: str) -> str:
    """Return the path of a new file.

    Raises:
        UsageError: there is one of the name already.
    """
    path = path_of(kind, name)
    if path in state.sources:
        raise UsageError(f"`{path}` is there already", hint="choose another id")
    return path


def position(document_: Document, path: Path, item: str) -> int | None:
    """Return the index of a text in a list, None where it is not in it."""
    found = value_at(document_.source.value, path)
    if not isinstance(found, list) or item not in found:
        return None
    return found.index(item)


def _readable(state: State, path: str) -> Source:
    try:
        return read(path, state.sources[path])
    except RefusedYamlError as error:
        raise UsageError(
            f"`{path}` cannot be read: {error.message}",
            hint="run `companyos validate`, or `companyos fix`",
        ) from error
