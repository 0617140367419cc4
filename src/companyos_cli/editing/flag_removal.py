"""Taking a flag out, once nothing reads it any more.

There is no way around what still reads a flag, only ways to end it: each refusal says
which. What can be ended by an edit of the same change is named by an option of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from companyos.config.edits.removal import remove
from companyos.config.judging import State
from companyos.config.kinds import Kind
from companyos.errors import UsageError
from companyos.flags.usage import Read
from companyos_cli.editing.change import Plan, written_rewrite
from companyos_cli.editing.reading import (
    Document,
    document,
    documents,
    governing,
    position,
)

SHOWN_MAX = 3

_Mention: TypeAlias = tuple[Document, tuple[str | int, ...]]
"""A document, and the place in it that names the flag."""


@dataclass(frozen=True, slots=True)
class Removal:
    """Which flag is to go, what code reads it, and what is to be edited along."""

    flag: str
    reads: Sequence[Read]
    from_services: bool
    from_tenants: bool


def plan_removal(state: State, removal: Removal) -> Plan:
    """Return the plan of taking a flag out.

    Raises:
        UsageError: there is no such flag, or something still reads it.
    """
    flag = removal.flag
    found = document(state, Kind.FLAG, flag)
    services, tenants = [*_services(state, flag)], [*_tenants(state, flag)]
    obstacles = [*_needed(state, flag), *_in_code(removal.reads)]
    if services and not removal.from_services:
        obstacles.append(_service_obstacle(services))
    if tenants and not removal.from_tenants:
        obstacles.append(_tenant_obstacle(tenants))
    if obstacles:
        raise UsageError(
            f"flag `{flag}` is still in use: "
            + "; ".join(what for what, _ in obstacles),
            hint="; ".join(way for _, way in obstacles),
        )
    rewrites = [
        written_rewrite(remove(each.source, path), each.source.path)
        for each, path in (*services, *tenants)
    ]
    return Plan(f"remove flag `{flag}`", {found.source.path: None}, tuple(rewrites))


_Obstacle: TypeAlias = tuple[str, str]
"""What still reads the flag, and how to end that."""


def _needed(state: State, flag: str) -> Iterator[_Obstacle]:
    for name, other in documents(state, Kind.FLAG):
        for index in range(len(other.rows("prerequisites"))):
            if other.at("prerequisites", index, "flag") == flag:
                yield (
                    f"flag `{name}` needs it first",
                    f"take it out of `prerequisites` in {other.source.path}",
                )


def _in_code(reads: Sequence[Read]) -> Iterator[_Obstacle]:
    if reads:
        places = _some([f"{read.path}:{read.line}" for read in reads], "places")
        yield f"code reads it at {places}", "take the reads out of the code"


def _service_obstacle(mentions: Sequence[_Mention]) -> _Obstacle:
    names = _some([f"`{path[1]}`" for _, path in mentions], "services")
    return (
        f"config/catalog.yaml says that it is read by {names}",
        "`--from-services` takes it out of config/catalog.yaml",
    )


def _tenant_obstacle(mentions: Sequence[_Mention]) -> _Obstacle:
    names = _some(
        [f"`{tenant.text('tenant_id')}`" for tenant, _ in mentions], "tenants"
    )
    return (
        f"those who take part are {names}",
        "`--from-tenants` takes it out of every tenant's `feature_flags`",
    )


def _some(names: Sequence[str], others: str) -> str:
    """Return the first few of many, and how many more there are."""
    shown = ", ".join(names[:SHOWN_MAX])
    left = len(names) - SHOWN_MAX
    return shown if left <= 0 else f"{shown} and {left} more {others}"


def _services(state: State, flag: str) -> Iterator[_Mention]:
    """Yield where the catalogue says that a service reads the flag, the last first."""
    catalog = governing(state, Kind.CATALOG)
    if catalog is None:
        return
    for service in reversed(list(catalog.table("services"))):
        index = position(catalog, ("services", service, "flags"), flag)
        if index is not None:
            yield catalog, ("services", service, "flags", index)


def _tenants(state: State, flag: str) -> Iterator[_Mention]:
    for _, tenant in documents(state, Kind.TENANT):
        index = position(tenant, ("feature_flags",), flag)
        if index is not None:
            yield tenant, ("feature_flags", index)
