"""What checks know of a desired state: names, references and where they are written.

A file that could not be read or has not its kind's shape gives no record; its name is
in `Facts.broken`, so that what refers to it is not reported as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from companyos.checks.pointers import Path
from companyos.digests import JSONValue
from companyos.findings import Place
from companyos.flags.model import FlagType


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a file: what it says, where, and the path to it in the document."""

    text: str
    place: Place
    path: Path = ()


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """A tenant and what it refers to."""

    id: Word
    env: Word
    bundle: Word
    flags: tuple[Word, ...]
    region: Word


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A rule of a policy bundle."""

    id: Word
    roles: tuple[Word, ...]
    actions: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class BundleFacts:
    """A policy bundle, what it extends, and its rules."""

    id: Word
    abstract: bool
    extends: tuple[Word, ...]
    rules: tuple[RuleFacts, ...]


@dataclass(frozen=True, slots=True)
class VariantFacts:
    """A declared variant and its value."""

    name: Word
    value: JSONValue


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """Somewhere a variant is meant: by name, or by `true` or `false`."""

    word: Word
    is_boolean: bool


@dataclass(frozen=True, slots=True)
class SplitFacts:
    """Shares: `total` is the sum in thousandths of a percent, or a single percent's."""

    word: Word
    is_percent: bool
    total: int


@dataclass(frozen=True, slots=True)
class PrerequisiteFacts:
    """Another flag, and what it must answer."""

    flag: Word
    answer: AnswerFacts


@dataclass(frozen=True, slots=True)
class MomentFacts:
    """A date as written, and the first moment at which it is over."""

    word: Word
    end: datetime


@dataclass(frozen=True, slots=True)
class FlagFacts:
    """A flag. `answers` are all places but prerequisites that mean its own variants."""

    id: Word
    type: FlagType
    variants: tuple[VariantFacts, ...]
    answers: tuple[AnswerFacts, ...]
    overrides: tuple[Word, ...]
    prerequisites: tuple[PrerequisiteFacts, ...]
    rule_names: tuple[Word, ...]
    splits: tuple[SplitFacts, ...]
    expires: MomentFacts | None

    def variant_names(self) -> tuple[str, ...]:
        """Return the names an answer may use; a boolean flag has its two."""
        if self.type is FlagType.BOOLEAN:
            return ("on", "off")
        return tuple(each.name.text for each in self.variants)


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """A declared role and the roles it inherits."""

    name: Word
    inherits: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """A declared service, the actions it asks about and the flags it reads."""

    name: Word
    actions: tuple[Word, ...]
    flags: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class CatalogFacts:
    """What policies and flags may name; `subject`: is the attribute optional."""

    roles: tuple[RoleFacts, ...]
    subject: Mapping[str, bool]
    resource_types: frozenset[str]
    actions: tuple[Word, ...]
    services: tuple[ServiceFacts, ...]


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """A data region and its countries."""

    name: Word
    countries: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class StageFacts:
    """A stage, the one before it, and the services whose state it names."""

    name: Word
    after: Word | None
    services: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class SignerFacts:
    """A signer and what it may sign."""

    id: Word
    person: str
    public_key: Word
    may: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class SignersFacts:
    """The signers, and how many people must agree to change them."""

    threshold: int
    threshold_word: Word
    signers: tuple[SignerFacts, ...]


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """A subject of the static directory."""

    tenant: Word
    id: Word
    roles: tuple[Word, ...]
    attributes: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """The names of files that gave no record, or one whose id is another."""

    tenants: frozenset[str] = frozenset()
    bundles: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything checks know. What is None is missing or broken, and reported so."""

    tenants: tuple[TenantFacts, ...] = ()
    bundles: tuple[BundleFacts, ...] = ()
    flags: tuple[FlagFacts, ...] = ()
    catalog: CatalogFacts | None = None
    regions: tuple[RegionFacts, ...] | None = None
    stages: tuple[StageFacts, ...] | None = None
    signers: SignersFacts | None = None
    subjects: tuple[SubjectFacts, ...] | None = None
    files: tuple[str, ...] = ()
    broken: Broken = field(default_factory=Broken)
