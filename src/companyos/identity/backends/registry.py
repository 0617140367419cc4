"""Which identity backends there are: ours, and those that installed packages offer.

A package offers one as an entry point of the group `companyos.identity_backends`. None
is loaded before it is asked for by name. Our own names always mean our own backends, so
no package can put itself in front of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from companyos.errors import CompanyosError, UsageError
from companyos.identity.backend import API_VERSION, Backend, Setup
from companyos.identity.subjects import Directory

GROUP = "companyos.identity_backends"
STATIC = "static"

OURS: Mapping[str, str] = {
    "http": "companyos.identity.backends.http",
    "postgres": "companyos.identity.backends.postgres",
    "scim": "companyos.identity.backends.scim",
    "sqlite": "companyos.identity.backends.sqlite",
}
"""Our modules by the name of their backend; `static` needs none to be opened."""


def installed_backends() -> tuple[str, ...]:
    """Return the names of all backends that can be asked for, in order."""
    offered = {point.name for point in entry_points(group=GROUP)}
    return tuple(sorted({STATIC, *OURS, *offered}))


def open_backend(name: str, setup: Setup) -> Directory:
    """Return the directory that the backend of this name opens.

    Raises:
        UsageError: there is no such backend, it cannot be used, or not with this setup.
    """
    backend = backend_named(name)
    try:
        return backend.open(setup)
    except CompanyosError:
        raise
    # A backend may be anybody's, and what it raises says nothing to who configured it.
    except Exception as error:
        raise UsageError(
            f"the identity backend `{name}` could not be opened:"
            f" {type(error).__name__}: {error}",
            hint=f"look at the options below `{name}` in config/identity.yaml",
        ) from error


def backend_named(name: str) -> Backend:
    """Return the backend of this name, loaded now.

    Raises:
        UsageError: there is none, several packages offer one, or it cannot be used.
    """
    if name in OURS:
        return _usable(name, _ours(name))
    return _usable(name, _loaded(_offered(name, entry_points(group=GROUP))))


def _ours(name: str) -> object:
    try:
        return vars(import_module(OURS[name]))["BACKEND"]
    except ImportError as error:
        raise UsageError(
            f"the identity backend `{name}` cannot be loaded: {error}",
            hint=f"install what it needs with the extra `companyos[{name}]`",
        ) from error


def _offered(name: str, points: Iterable[EntryPoint]) -> EntryPoint:
    found = [point for point in points if point.name == name]
    if not found:
        names = ", ".join(installed_backends())
        raise UsageError(
            f"there is no identity backend `{name}`",
            hint=f"installed are: {names}",
        )
    if len({point.value for point in found}) > 1:
        packages = " and ".join(sorted(f"`{_package(point)}`" for point in found))
        raise UsageError(
            f"the identity backend `{name}` is offered by {packages}",
            hint="uninstall all but one of them",
        )
    return found[0]


def _loaded(point: EntryPoint) -> object:
    try:
        return point.load()
    # A package of somebody else, run for the first time: whatever it raises, its user
    # must learn which package it was.
    except Exception as error:
        raise UsageError(
            f"the identity backend `{point.name}` of `{_package(point)}` cannot be"
            f" loaded: {type(error).__name__}: {error}",
            hint=f"it is `{point.value}`; mend or uninstall the package",
        ) from error


def _usable(name: str, found: object) -> Backend:
    if not isinstance(found, Backend):
        raise UsageError(
            f"the identity backend `{name}` is of type `{type(found).__name__}`, not"
            " `Backend`",
            hint="its entry point must name a `companyos.identity.backend.Backend`",
        )
    if found.api_version != API_VERSION:
        raise UsageError(
            f"the identity backend `{name}` is of version {found.api_version}, and"
            f" version {API_VERSION} is spoken here",
            hint="install the release of its package that goes with this one",
        )
    return found


def _package(point: EntryPoint) -> str:
    return "an unknown package" if point.dist is None else point.dist.name
