"""An OpenFeature provider, for services that ask flags through OpenFeature's own SDK.

The subject is the targeting key, the tenant the attribute `tenant`; what else the
evaluation context holds is the flags' context. This module needs the package
`openfeature-sdk`, which nothing else here does. The SDK's own work costs some 15 µs a
call; hot paths ask `companyos.flags.evaluate` instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar, cast

from openfeature.evaluation_context import EvaluationContext
from openfeature.event import ProviderEventDetails
from openfeature.exception import (
    ErrorCode,
    FlagNotFoundError,
    InvalidContextError,
    ProviderNotReadyError,
    TypeMismatchError,
)
from openfeature.flag_evaluation import FlagResolutionDetails, FlagValueType, Reason
from openfeature.provider import AbstractProvider, Metadata

from companyos.digests import JSONValue
from companyos.flags import Evaluation, FlagType, evaluate
from companyos.identity import Directory, Subject
from companyos.snapshot import Snapshot

NAME = "companyos"
TENANT = "tenant"
"""The attribute of an evaluation context that names the tenant."""

_Value = TypeVar("_Value")
_Object = Sequence[FlagValueType] | Mapping[str, FlagValueType]


class CompanyosProvider(AbstractProvider):
    """Answers from the snapshot that `snapshot` gives at each question.

    `tenant_id` is for services of one tenant, whose contexts need not name it. With a
    directory, conditions see the roles and attributes it knows of a subject; without
    one, a subject is its id. Call `snapshot_changed` after another one is in force.
    """

    def __init__(
        self,
        snapshot: Callable[[], Snapshot | None],
        *,
        now: Callable[[], datetime],
        directory: Directory | None = None,
        tenant_id: str | None = None,
    ) -> None:
        super().__init__()
        self._snapshot = snapshot
        self._now = now
        self._directory = directory
        self._tenant_id = tenant_id
        self._told: Snapshot | None = None

    def get_metadata(self) -> Metadata:
        """Return the provider's name."""
        return Metadata(name=NAME)

    def initialize(self, evaluation_context: EvaluationContext) -> None:
        """Begin.

        Raises:
            ProviderNotReadyError: no configuration is in force yet.
        """
        del evaluation_context
        self._told = self._in_force()

    def snapshot_changed(self) -> None:
        """Tell the SDK which flags may answer differently than before."""
        before, self._told = self._told, self._in_force()
        if before is None or before.flags.digest != self._told.flags.digest:
            changed = _changed(before, self._told)
            self.emit_provider_configuration_changed(
                ProviderEventDetails(flags_changed=changed)
            )

    def resolve_boolean_details(
        self,
        flag_key: str,
        default_value: bool,  # noqa: FBT001 - the SDK's own signature
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[bool]:
        """Return what a boolean flag answers."""
        return self._resolve(
            flag_key, default_value, evaluation_context, (FlagType.BOOLEAN,)
        )

    def resolve_string_details(
        self,
        flag_key: str,
        default_value: str,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[str]:
        """Return what a flag of texts answers."""
        return self._resolve(
            flag_key, default_value, evaluation_context, (FlagType.STRING,)
        )

    def resolve_integer_details(
        self,
        flag_key: str,
        default_value: int,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[int]:
        """Return what a flag of whole numbers answers."""
        return self._resolve(
            flag_key, default_value, evaluation_context, (FlagType.INTEGER,)
        )

    def resolve_float_details(
        self,
        flag_key: str,
        default_value: float,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[float]:
        """Return what a flag of numbers answers; a whole number is a number too."""
        numbers = (FlagType.NUMBER, FlagType.INTEGER)
        return self._resolve(flag_key, default_value, evaluation_context, numbers)

    def resolve_object_details(
        self,
        flag_key: str,
        default_value: _Object,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[_Object]:
        """Return what a flag of objects answers."""
        return self._resolve(
            flag_key, default_value, evaluation_context, (FlagType.OBJECT,)
        )

    def _resolve(
        self,
        flag_key: str,
        default_value: _Value,
        given: EvaluationContext | None,
        types: Sequence[FlagType],
    ) -> FlagResolutionDetails[_Value]:
        snapshot = self._in_force()
        flag = snapshot.flags.flags.get(flag_key)
        if flag is None:
            raise FlagNotFoundError(f"there is no flag `{flag_key}`")
        if flag.type not in types:
            raise TypeMismatchError(f"flag `{flag_key}` is of type {flag.type}")
        found = self._evaluate(flag_key, snapshot, given or EvaluationContext())
        if found.error is not None:
            return FlagResolutionDetails(
                default_value,
                error_code=ErrorCode(found.error.value),
                error_message=found.note,
                reason=Reason.ERROR,
            )
        value = _thawed(found.value)
        if FlagType.NUMBER in types:
            value = float(cast("float", value))
        return FlagResolutionDetails(
            cast("_Value", value),
            variant=found.variant,
            reason=Reason(found.reason.value),
            flag_metadata=_metadata(found),
        )

    def _evaluate(
        self, flag_key: str, snapshot: Snapshot, given: EvaluationContext
    ) -> Evaluation:
        tenant_id = given.attributes.get(TENANT, self._tenant_id)
        if not isinstance(tenant_id, str):
            raise InvalidContextError(f"the context has no text `{TENANT}`")
        context = {key: each for key, each in given.attributes.items() if key != TENANT}
        return evaluate(
            flag_key,
            snapshot,
            tenant_id=tenant_id,
            subject=self._subject(tenant_id, given.targeting_key),
            context=context,
            now=self._now(),
        )

    def _subject(self, tenant_id: str, subject_id: str | None) -> Subject | None:
        if not subject_id:
            return None
        if self._directory is not None:
            found = self._directory.get_subject(tenant_id, subject_id)
            if isinstance(found, Subject):
                return found
        # Whom the directory does not know has no roles and no attributes, so that no
        # condition about either holds; a split needs the id alone.
        return Subject(tenant_id, subject_id, frozenset(), {})

    def _in_force(self) -> Snapshot:
        snapshot = self._snapshot()
        if snapshot is None:
            raise ProviderNotReadyError("no configuration is in force yet")
        return snapshot


def _changed(before: Snapshot | None, after: Snapshot) -> list[str]:
    old = {} if before is None else before.flags.flags
    new = after.flags.flags
    return sorted(
        name for name in old.keys() | new.keys() if old.get(name) != new.get(name)
    )


def _metadata(found: Evaluation) -> Mapping[str, str]:
    """Return what says which flags answered: OpenFeature's words, then ours."""
    metadata = {"flagSetId": NAME, "version": found.flags_digest}
    if found.rule:
        metadata["rule"] = found.rule
    if found.note:
        metadata["note"] = found.note
    return metadata


def _thawed(value: JSONValue) -> JSONValue:
    """Return a copy that its receiver may change."""
    if isinstance(value, Mapping):
        return {key: _thawed(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_thawed(item) for item in value]
    return value
