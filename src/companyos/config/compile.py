"""From a valid desired state to the bytes that services load.

Deterministic: the same files give the same bytes, whatever their order. Everything that
is a set is sorted, and the bytes are canonical JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from companyos.config.compile_flags import flags_document
from companyos.config.compile_policies import policies_document
from companyos.config.compile_tenants import tenants_document
from companyos.config.documents import SignersDocument, StagesDocument
from companyos.config.documents.shared import Shape
from companyos.config.kinds import KINDS, Kind
from companyos.config.load import Loaded, load
from companyos.config.models import document_of
from companyos.config.read_file import read_file
from companyos.config.sources import Sources
from companyos.digests import JSONValue, canonical_json, digest_of
from companyos.errors import InvalidStateError, UsageError
from companyos.findings import Finding, Severity
from companyos.releases.entries import Part, Trust, TrustedSigner
from companyos.releases.stages import LogSettings, Stage, Stages

_ANY_DAY = date(2000, 1, 1)
"""What is compiled does not depend on the day: expiry only ever warns."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """The three components by part, as the bytes their digests are over."""

    components: Mapping[Part, bytes]

    @property
    def digests(self) -> Mapping[Part, str]:
        """Return each component's digest."""
        return {part: digest_of(data) for part, data in self.components.items()}


def compile_state(state: Sources | Loaded) -> Compiled:
    """Return the compiled form of a desired state.

    Raises:
        InvalidStateError: it has errors.
    """
    loaded = state if isinstance(state, Loaded) else load(state, today=_ANY_DAY)
    if loaded.errors:
        raise _invalid(loaded.errors)
    made: Mapping[Part, JSONValue] = {
        Part.TENANTS: tenants_document(loaded),
        Part.POLICIES: policies_document(loaded),
        Part.FLAGS: flags_document(loaded),
    }
    return Compiled({part: canonical_json(value) for part, value in made.items()})


def stages_of(sources: Sources) -> Stages:
    """Return the stages that `config/stages.yaml` declares.

    Raises:
        InvalidStateError: the file has errors.
        UsageError: there is no such file.
    """
    document, data = _single(sources, Kind.STAGES, StagesDocument)
    return Stages(
        stages={
            name: Stage(
                stage=name,
                after=stage.after,
                soak_seconds=stage.soak_seconds,
                grace_seconds=stage.grace_seconds,
                services=dict(stage.services),
            )
            for name, stage in document.stages.items()
        },
        log=LogSettings(branch=document.log.branch, remote=document.log.remote),
        digest=digest_of(data),
    )


def trust_of(sources: Sources) -> Trust:
    """Return the signers that `config/signers.yaml` proposes.

    Raises:
        InvalidStateError: the file has errors.
        UsageError: there is no such file.
    """
    document, _ = _single(sources, Kind.SIGNERS, SignersDocument)
    return Trust(
        signers={
            name: TrustedSigner(
                signer_id=name,
                person=signer.person,
                public_key=signer.public_key,
                may=frozenset(signer.may),
            )
            for name, signer in document.signers.items()
        },
        root_threshold=document.root_threshold,
    )


DocumentT = TypeVar("DocumentT", bound=Shape)


def _single(
    sources: Sources, kind: Kind, model: type[DocumentT]
) -> tuple[DocumentT, bytes]:
    path = KINDS[kind].path
    if path not in sources:
        raise UsageError(
            f"`{path}` is missing",
            hint="add it; `companyos init` in an empty folder shows an example",
        )
    result = read_file(path, sources[path])
    document = None if result.record is None else document_of(path, result.value)
    if not isinstance(document, model):
        errors = tuple(f for f in result.findings if f.severity is Severity.ERROR)
        raise _invalid(errors)
    return document, sources[path]


def _invalid(errors: tuple[Finding, ...]) -> InvalidStateError:
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return InvalidStateError(
        f"the desired state has errors: {first.place}: {first.message}{more}",
        errors,
        hint="`companyos validate` shows them all",
    )
