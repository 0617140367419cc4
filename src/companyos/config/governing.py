"""The two files that govern releases: which stages there are, and who may sign.

Every command about releases reads them, so they are read without the models and
without the compiler, which take longer to load than the rest of such a command.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from companyos.config.kinds import KINDS, Kind
from companyos.config.plain import table, tables, text, texts
from companyos.config.schema_check import check_schema
from companyos.config.sources import Sources
from companyos.config.yaml_bytes import RefusedYamlError
from companyos.config.yaml_source import read
from companyos.digests import JSONObject, digest_of
from companyos.errors import InvalidStateError, UsageError
from companyos.findings import Finding, Severity
from companyos.releases.entries import Trust, TrustedSigner
from companyos.releases.stages import (
    GRACE_SECONDS,
    LOG_BRANCH,
    LOG_REMOTE,
    SOAK_SECONDS,
    LogSettings,
    Stage,
    Stages,
)


def stages_of(sources: Sources) -> Stages:
    """Return the stages that `config/stages.yaml` declares.

    Raises:
        InvalidStateError: the file has errors.
        UsageError: there is no such file.
    """
    value, data = _single(sources, Kind.STAGES)
    log = table(value, "log")
    return Stages(
        stages={
            name: _stage(name, stage) for name, stage in tables(value, "stages").items()
        },
        log=LogSettings(
            branch=cast("str", log.get("branch", LOG_BRANCH)),
            remote=cast("str", log.get("remote", LOG_REMOTE)),
        ),
        digest=digest_of(data),
    )


def trust_of(sources: Sources) -> Trust:
    """Return the signers that `config/signers.yaml` proposes.

    Raises:
        InvalidStateError: the file has errors.
        UsageError: there is no such file.
    """
    value, _ = _single(sources, Kind.SIGNERS)
    return Trust(
        signers={
            name: TrustedSigner(
                signer_id=name,
                person=text(signer, "person"),
                public_key=text(signer, "public_key"),
                may=frozenset(texts(signer, "may")),
            )
            for name, signer in tables(value, "signers").items()
        },
        root_threshold=cast("int", value["root_threshold"]),
    )


def invalid_state(errors: tuple[Finding, ...]) -> InvalidStateError:
    """Return the error for a desired state that cannot be used."""
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return InvalidStateError(
        f"the desired state has errors: {first.place}: {first.message}{more}",
        errors,
        hint="`companyos validate` shows them all",
    )


def _stage(name: str, stage: JSONObject) -> Stage:
    return Stage(
        stage=name,
        after=cast("str | None", stage.get("after")),
        soak_seconds=cast("int", stage.get("soak_seconds", SOAK_SECONDS)),
        grace_seconds=cast("int", stage.get("grace_seconds", GRACE_SECONDS)),
        services=cast("Mapping[str, str]", dict(table(stage, "services"))),
    )


def _single(sources: Sources, kind: Kind) -> tuple[JSONObject, bytes]:
    path = KINDS[kind].path
    if path not in sources:
        raise UsageError(
            f"`{path}` is missing",
            hint="add it; `companyos init` in an empty folder shows an example",
        )
    try:
        source = read(path, sources[path])
    except RefusedYamlError as error:
        raise invalid_state(_errors(error.findings)) from error
    wrong = _errors(check_schema(kind, source))
    if wrong:
        raise invalid_state(wrong)
    return cast("JSONObject", source.value), sources[path]


def _errors(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(each for each in findings if each.severity is Severity.ERROR)
