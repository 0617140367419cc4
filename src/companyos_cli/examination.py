"""What `doctor` looks at, one thing a line, each with a way to mend it.

One look failing never hides the others: each catches what was reported on purpose and
shows it as its own line.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from companyos.errors import CompanyosError, UsageError
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.exits import ExitStatus
from companyos_cli.ledger import Ledger
from companyos_cli.session import Session
from companyos_cli.wiring import Workspace, day

PYTHON = (3, 11)
GIT = (2, 36)


class Health(StrEnum):
    """How one thing was found."""

    GOOD = "good"
    POOR = "poor"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was looked at."""

    name: str
    health: Health
    detail: str
    hint: str = ""


Looking: TypeAlias = Callable[[], Look]


def examine(session: Session) -> list[Look]:
    """Return what was found, in the order things depend on each other."""
    looks = [_python(), _git(), _yaml()]
    try:
        workspace = Workspace.of(session)
    except CompanyosError as error:
        return [*looks, _bad("repository", error)]
    named: tuple[tuple[str, Looking], ...] = (
        ("repository", lambda: _repository(workspace)),
        ("desired state", lambda: _desired_state(workspace)),
        ("remote", lambda: _remote(workspace)),
        ("release log", lambda: _log(workspace)),
        ("signing key", lambda: _key(workspace)),
    )
    return [*looks, *(_looked(name, look) for name, look in named)]


def report(looks: list[Look]) -> Answer:
    """Return the answer: no if anything is bad."""
    bad = any(look.health is Health.BAD for look in looks)
    return Answer(
        text=lambda paint: "\n".join(_lines(looks, paint)),
        document={
            "schema": "companyos.doctor/v1",
            "looks": [
                {
                    "name": look.name,
                    "health": look.health,
                    "detail": look.detail,
                    "hint": look.hint,
                }
                for look in looks
            ],
        },
        status=ExitStatus.NO if bad else ExitStatus.YES,
    )


def _looked(name: str, look: Looking) -> Look:
    try:
        return look()
    except CompanyosError as error:
        return _bad(name, error)


def _python() -> Look:
    good = sys.version_info >= PYTHON
    return Look(
        "python",
        Health.GOOD if good else Health.BAD,
        platform.python_version(),
        "" if good else "companyos needs Python 3.11 or newer",
    )


def _git() -> Look:
    path = shutil.which("git")
    if path is None:
        return Look("git", Health.BAD, "not found", "install git")
    said = subprocess.run(  # noqa: S603 - the git on PATH, asked for its version
        [path, "--version"], capture_output=True, text=True, check=False
    ).stdout
    version = said.removeprefix("git version ").split()[0] if said.split() else "?"
    numbers = tuple(int(word) for word in version.split(".")[:2] if word.isdigit())
    good = numbers >= GIT
    return Look(
        "git",
        Health.GOOD if good else Health.BAD,
        version,
        "" if good else "companyos needs git 2.36 or newer",
    )


def _yaml() -> Look:
    import yaml

    if yaml.__with_libyaml__:
        return Look("yaml", Health.GOOD, "libyaml")
    return Look(
        "yaml",
        Health.POOR,
        "the slow parser: this PyYAML was built without libyaml",
        "install a PyYAML wheel; everything works, many times slower",
    )


def _repository(workspace: Workspace) -> Look:
    head = workspace.store.ref("HEAD")
    if head is None:
        hint = "commit `config/` and `schemas/`"
        return Look("repository", Health.POOR, "no commit yet", hint)
    return Look("repository", Health.GOOD, f"{workspace.root} at {head[:12]}")


def _desired_state(workspace: Workspace) -> Look:
    from companyos.config.load import load
    from companyos.findings import Severity

    findings = load(workspace.sources, today=day(None)).findings
    errors = sum(each.severity is Severity.ERROR for each in findings)
    if errors:
        hint = "`companyos validate` shows them"
        return Look("desired state", Health.BAD, f"{errors} errors", hint)
    others = f", {len(findings)} remarks" if findings else ""
    return Look("desired state", Health.GOOD, f"valid{others}")


def _remote(workspace: Workspace) -> Look:
    store = workspace.store
    if store.remote is None:
        return Look("remote", Health.POOR, "none: the log is in this clone alone")
    store.refresh()
    return Look("remote", Health.GOOD, f"{store.remote} answers")


def _log(workspace: Workspace) -> Look:
    if workspace.store.ref("HEAD") is None:
        return Look("release log", Health.POOR, "not started")
    verified = Ledger(workspace).read_here()
    if not verified.state.size:
        hint = "`companyos trust init` starts it"
        return Look("release log", Health.POOR, "not started", hint)
    return Look("release log", Health.GOOD, f"{verified.state.size} entries hold")


def _key(workspace: Workspace) -> Look:
    from companyos.releases.trust import signer_with_key

    try:
        signer = workspace.signer(None)
    except UsageError as error:
        return Look("signing key", Health.POOR, error.message, error.hint or "")
    trust = Ledger(workspace).read_here().state.trust
    known = trust and signer_with_key(trust, signer.public_key)
    if not known:
        hint = "a root signer adds it to the log's signers"
        return Look("signing key", Health.POOR, "not one the log trusts", hint)
    may = ", ".join(sorted(known.may))
    return Look("signing key", Health.GOOD, f"{known.signer_id} may {may}")


def _bad(name: str, error: CompanyosError) -> Look:
    return Look(name, Health.BAD, error.message, error.hint or "")


_ROLES = {
    Health.GOOD: Role.SUCCESS,
    Health.POOR: Role.WARNING,
    Health.BAD: Role.ERROR,
}


def _lines(looks: list[Look], paint: Paint) -> Iterator[str]:
    width = max(len(look.name) for look in looks)
    for look in looks:
        health = paint(str(look.health), _ROLES[look.health])
        yield f"{health}  {look.name.ljust(width)}  {look.detail}"
        if look.hint:
            yield f"      {' ' * width}  hint: {look.hint}"
