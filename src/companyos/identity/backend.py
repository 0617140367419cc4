"""What an identity backend is: a version, and a function that opens a directory.

A package of its own offers one as an entry point of the group
`companyos.identity_backends`, under the name that config/identity.yaml then gives as
`backend`. Paths, secrets and the clock reach a backend through its `Setup` only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from companyos.digests import JSONObject
from companyos.errors import UsageError
from companyos.identity.subjects import Directory

API_VERSION = 1
"""The version of `Backend`, `Setup` and `Directory` that this release speaks."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the process that looks subjects up gives to every backend.

    `folder` is where relative paths begin, `environment` returns a variable or None,
    and `clock` gives seconds that only ever grow.
    """

    folder: Path
    environment: Callable[[str], str | None]
    clock: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Setup:
    """What one backend is opened with.

    `options` are those below its name in the desired state. An answer after
    `timeout_seconds` reaches nobody, so that is when to give up.
    """

    options: JSONObject
    timeout_seconds: float
    around: Surroundings

    def check(self, known: Iterable[str]) -> None:
        """Refuse options that are not among the `known` ones.

        Raises:
            UsageError: there is another.
        """
        if strange := sorted(set(self.options).difference(known)):
            raise UsageError(
                f"the identity backend has no option `{strange[0]}`",
                hint=f"it has: {', '.join(sorted(known))}",
            )

    def text(self, name: str, default: str) -> str:
        """Return an option that is a text.

        Raises:
            UsageError: it is something else, or empty.
        """
        found = self.options.get(name, default)
        if not isinstance(found, str) or not found:
            raise UsageError(f"the identity option `{name}` is not a text")
        return found

    def place(self, name: str) -> str:
        """Return the option `name`, or the variable that the option `name_env` names.

        What differs between stages belongs into the environment: the desired state is
        the same for all of them.

        Raises:
            UsageError: neither or both are given, or the variable is not set.
        """
        named = f"{name}_env"
        if (name in self.options) == (named in self.options):
            raise UsageError(
                f"the identity backend takes either `{name}` or `{named}`",
                hint="see the options of each backend in docs/reference/identity.md",
            )
        return self.text(name, "") if name in self.options else self.variable(named)

    def variable(self, name: str) -> str:
        """Return the environment variable that the option `name` names.

        Raises:
            UsageError: the option is missing, or the variable is not set.
        """
        variable = self.text(name, "")
        found = self.around.environment(variable)
        if not found:
            raise UsageError(
                f"the environment variable `{variable}` is not set",
                hint=f"`{name}` in config/identity.yaml says that it holds this",
            )
        return found


@dataclass(frozen=True, slots=True)
class Backend:
    """One kind of directory. `open` may raise `UsageError` for its options.

    It need not reach anything yet: whoever cannot be reached is `Unavailable` later.
    """

    api_version: int
    open: Callable[[Setup], Directory]
