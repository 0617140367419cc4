"""Asking services what they loaded, and holding it against the release log.

Each service is asked for its root digest first. Only one whose root differs is asked
for every tenant, and only then is the desired state compiled.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import PurePosixPath

from companyos.drift import (
    Answer,
    Desired,
    DriftReport,
    Earlier,
    Unreachable,
    compare,
    read_state,
)
from companyos.errors import IntegrityError, UsageError
from companyos.releases.composition import component_subject
from companyos.releases.eligibility import stage_named
from companyos.releases.entries import COMPONENTS, Content, Part
from companyos.releases.state import LogState, Occupation
from companyos.snapshot import Snapshot
from companyos.snapshot.snapshot import root_of
from companyos.tenants import is_id
from companyos_cli import wiring
from companyos_cli.desired import DesiredStates
from companyos_cli.ledger import Ledger

TIMEOUT_SECONDS = 5.0
BYTES_MAX = 64 << 20
AGE_MAX = timedelta(seconds=60)
TENANTS_FOLDER = "config/tenants"


def addresses(words: Sequence[str]) -> Mapping[str, str]:
    """Return the services and addresses that `NAME=URL` words name.

    Raises:
        UsageError: a word of another form.
    """
    found: dict[str, str] = {}
    for word in words:
        name, _, url = word.partition("=")
        if not is_id(name) or not url.startswith(("http://", "https://")):
            raise UsageError(f"`{word}` is not a service", hint="write NAME=URL")
        found[name] = url
    return found


def look(
    ledger: Ledger, stage: str, asked: Mapping[str, str], *, offline: bool
) -> DriftReport:
    """Return how every service of a stage stands.

    Raises:
        UsageError: no such stage, nothing is there yet, or no service is declared.
    """
    verified = ledger.read_started(offline=offline)
    declared = stage_named(ledger.stages_at(verified.head), stage)
    stay = verified.state.stage(stage).current
    if stay is None:
        raise UsageError(
            f"nothing is at `{stage}` yet",
            hint=f"`companyos promote VERSION --to {stage}` brings a release there",
        )
    services = asked or declared.services
    if not services:
        raise UsageError(
            f"no service is declared for `{stage}`",
            hint="config/stages.yaml names them, or `--service NAME=URL`",
        )
    carried = _Carried(ledger, verified.state, stay)
    desired = carried.desired(stage, grace=timedelta(seconds=declared.grace_seconds))
    with ThreadPoolExecutor(max_workers=min(16, len(services))) as pool:
        answers = pool.map(lambda url: ask(url, desired.root), services.values())
        told = list(zip(services, answers, strict=True))
    return compare(desired, told, now=wiring.now())


def ask(url: str, root: str) -> Answer:
    """Return what a service says it loaded; with every tenant where roots differ."""
    answer = _read(url)
    if isinstance(answer, Unreachable) or answer.root in (root, None):
        return answer
    return _read(f"{url}?tenants=all")


def _read(url: str) -> Answer:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - addresses are http, by schema
            data = response.read(BYTES_MAX + 1)
    except urllib.error.HTTPError as error:
        return Unreachable(f"it answered with status {error.code}")
    except (OSError, http.client.HTTPException) as error:
        return Unreachable(f"it cannot be reached: {_short(error)}")
    if len(data) > BYTES_MAX:
        return Unreachable("its answer is too long")
    try:
        return read_state(data)
    except IntegrityError as error:
        return Unreachable(f"its answer cannot be used: {error.message}")


def _short(error: OSError | http.client.HTTPException) -> str:
    reason = getattr(error, "reason", None) or error
    return getattr(reason, "strerror", None) or str(reason) or type(error).__name__


@dataclass
class _Carried:
    """What a stage carries, compiled only if somebody asks about a tenant."""

    ledger: Ledger
    state: LogState
    stay: Occupation

    def desired(self, stage: str, *, grace: timedelta) -> Desired:
        """Return what services of the stage should have loaded."""
        history = self.state.stage(stage).history
        components = _components(self.stay.content)
        return Desired(
            stage=stage,
            root=root_of(components),
            components=components,
            artifacts=_artifacts(self.stay.content),
            promoted_at=self.stay.since,
            tenants=self._tenants(),
            tenant_digests=self._tenant_digests,
            earlier=tuple(
                Earlier(
                    root_of(_components(before.content)), _artifacts(before.content)
                )
                for before in history[:-1]
            ),
            grace=grace,
            age_max=AGE_MAX,
        )

    @cached_property
    def snapshot(self) -> Snapshot:
        """The compiled desired state, held against the signed digests."""
        states = DesiredStates(self.ledger.workspace, self.state)
        components = states.compiled(self.stay.content)
        return Snapshot.load(
            tenants=components[Part.TENANTS],
            policies=components[Part.POLICIES],
            flags=components[Part.FLAGS],
        )

    def _tenant_digests(self, tenant_id: str) -> Mapping[str, str]:
        return self.snapshot.tenant_digests(tenant_id)

    def _tenants(self) -> tuple[str, ...]:
        """Return the tenants' ids, which are the names of their files."""
        version = self.stay.content.versions[Part.TENANTS]
        commit = self.state.releases[version].release.source.commit
        files = self.ledger.workspace.store.files(commit, (TENANTS_FOLDER,))
        return tuple(sorted(PurePosixPath(file.path).stem for file in files))


def _components(content: Content) -> Mapping[str, str]:
    return {str(part): content.digests[component_subject(part)] for part in COMPONENTS}


def _artifacts(content: Content) -> Mapping[str, str]:
    start = "artifacts/"
    return {
        name.removeprefix(start): digest
        for name, digest in content.digests.items()
        if name.startswith(start)
    }
