"""From the identity settings of a desired state to the directory that they ask for."""

from __future__ import annotations

from collections.abc import Callable

from companyos.identity.backend import Setup, Surroundings
from companyos.identity.backends.registry import STATIC, open_backend
from companyos.identity.backends.static import StaticDirectory
from companyos.identity.cache import CachedDirectory, Outcome
from companyos.identity.settings import IdentitySettings


def open_directory(
    settings: IdentitySettings,
    around: Surroundings,
    *,
    observe: Callable[[Outcome], None] | None = None,
) -> StaticDirectory | CachedDirectory:
    """Return the directory, behind a cache unless the desired state itself is it.

    Nothing is reached yet: a backend that is away is `Unavailable` when it is asked.

    Raises:
        UsageError: there is no such backend, or its options do not fit.
    """
    if settings.backend == STATIC:
        return StaticDirectory(settings.subjects)
    timeout_seconds = settings.cache.timeout_ms / 1000
    setup = Setup(settings.options, timeout_seconds, around)
    directory = open_backend(settings.backend, setup)
    return CachedDirectory(
        directory, settings.cache, clock=around.clock, observe=observe
    )
