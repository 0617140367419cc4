"""The snapshot a question is about: the work tree's, a commit's or a stage's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from companyos.config.compile import compile_state
from companyos.digests import JSONObject, JSONValue
from companyos.errors import UsageError
from companyos.identity import Directory, Lookup, NotFound, Subject, Unavailable
from companyos.identity.opening import open_directory
from companyos.releases.entries import Part
from companyos.snapshot import Snapshot
from companyos_cli.carrying import carried
from companyos_cli.ledger import Ledger
from companyos_cli.wiring import Workspace


@dataclass(frozen=True, slots=True)
class Which:
    """Which desired state: a stage's, a commit's, or by default the work tree's."""

    ref: str | None
    stage: str | None


def snapshot_of(workspace: Workspace, which: Which) -> Snapshot:
    """Return the snapshot that a question is about.

    Raises:
        UsageError: both a ref and a stage are named, or there is no such thing.
        InvalidStateError: the desired state has errors.
    """
    if which.ref is not None and which.stage is not None:
        raise UsageError("name a `--ref` or a `--stage`, not both")
    return _loaded(_components(workspace, which))


def directory_of(workspace: Workspace, snapshot: Snapshot) -> Directory:
    """Return the directory that the desired state asks for.

    Raises:
        UsageError: there is no such backend, or it cannot be used as it is set up.
    """
    return open_directory(snapshot.identity, workspace.surroundings)


def subject_named(
    workspace: Workspace, snapshot: Snapshot, tenant_id: str, subject_id: str | None
) -> Subject | None:
    """Return the subject that a question names, None where it names nobody.

    Raises:
        UsageError: there is no such subject, or it could not be found out.
    """
    if subject_id is None:
        return None
    return subject_of(
        directory_of(workspace, snapshot).get_subject(tenant_id, subject_id)
    )


def subject_of(found: Lookup) -> Subject:
    """Return the subject, where there is no answer without one.

    Raises:
        UsageError: there is no such subject, or it could not be found out.
    """
    match found:
        case Subject():
            return found
        case NotFound(tenant_id=tenant, subject_id=subject):
            raise UsageError(f"tenant `{tenant}` has no subject `{subject}`")
        case Unavailable(reason=reason):
            raise UsageError(f"the directory did not answer: {reason}")


def object_from(text: str, *, option: str) -> JSONObject:
    """Return the JSON object that an option was given.

    Raises:
        UsageError: it is not a JSON object.
    """
    try:
        value: JSONValue = json.loads(text)
    except ValueError as error:
        raise UsageError(f"`{option}` is not JSON: {error}") from error
    if not isinstance(value, Mapping):
        raise UsageError(
            f"`{option}` takes a JSON object", hint="""such as '{"a": 1}'"""
        )
    return value


def _components(workspace: Workspace, which: Which) -> Mapping[Part, bytes]:
    if which.stage is not None:
        return carried(Ledger(workspace), which.stage, offline=True).components
    if which.ref is not None:
        commit = workspace.store.resolve(which.ref)
        return compile_state(workspace.sources_at(commit)).components
    return compile_state(workspace.sources).components


def _loaded(components: Mapping[Part, bytes]) -> Snapshot:
    return Snapshot.load(
        tenants=components[Part.TENANTS],
        policies=components[Part.POLICIES],
        flags=components[Part.FLAGS],
    )
