"""Each kind of file as a Pydantic model: for compiling, and for making the schemas.

Reading and checking do without these models, which take longer to load than a small
desired state takes to check.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import cast

from pydantic import ValidationError

from companyos.checks.pointers import pointer
from companyos.config.documents import (
    CatalogDocument,
    ChecksDocument,
    FlagDocument,
    IdentityDocument,
    InvariantsDocument,
    PolicyDocument,
    PolicyTestsDocument,
    RegionsDocument,
    SignersDocument,
    StagesDocument,
    TenantDocument,
)
from companyos.config.documents.shared import Shape
from companyos.config.kinds import Kind, kind_of_path
from companyos.config.sources import Sources
from companyos.config.yaml_source import read
from companyos.digests import JSONValue
from companyos.errors import InvalidStateError
from companyos.findings import Finding, Place, Severity

MODELS: Mapping[Kind, type[Shape]] = {
    Kind.TENANT: TenantDocument,
    Kind.POLICY: PolicyDocument,
    Kind.POLICY_TESTS: PolicyTestsDocument,
    Kind.FLAG: FlagDocument,
    Kind.CATALOG: CatalogDocument,
    Kind.STAGES: StagesDocument,
    Kind.SIGNERS: SignersDocument,
    Kind.REGIONS: RegionsDocument,
    Kind.IDENTITY: IdentityDocument,
    Kind.CHECKS: ChecksDocument,
    Kind.INVARIANTS: InvariantsDocument,
}


class Documents(Mapping[str, Shape]):
    """Files as models by path, made when asked for.

    `read` are the plain values of files that fit their schemas; of a file whose value
    was not kept it is None, and its bytes are read again.
    """

    def __init__(self, read: Mapping[str, JSONValue], sources: Sources) -> None:
        self._read = read
        self._sources = sources
        self._made: dict[str, Shape] = {}

    def __getitem__(self, path: str) -> Shape:
        if path not in self._made:
            value = self._read[path]
            if value is None:
                value = read(path, self._sources[path]).value
            self._made[path] = document_of(path, value)
        return self._made[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)


def document_of(path: str, value: JSONValue) -> Shape:
    """Return the model of the file at `path`, whose value fits its schema.

    Raises:
        InvalidStateError: the model asks for more than the schema, which is a mistake
            of ours.
    """
    try:
        return MODELS[cast("Kind", kind_of_path(path))].model_validate(value)
    except ValidationError as error:
        raise InvalidStateError(
            f"`{path}` has not the form asked for", _gap(path, error)
        ) from error


def _gap(path: str, error: ValidationError) -> tuple[Finding, ...]:
    made = partial(Finding, check="schema/invalid", severity=Severity.ERROR)
    found = made(message="", place=Place(path))
    return tuple(
        replace(found, message=detail["msg"], path=pointer(detail["loc"]))
        for detail in error.errors(include_url=False)
    )
