"""What checks know of a desired state: names, references and where they are written.

A file that could not be read or has not its kind's shape gives no record; its name is
in `Facts.broken`, so that what refers to it is not reported as well.

Records are named tuples: there are a hundred thousand of them in a large desired state,
and most runs are so short that making the classes would take a good part of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from companyos.authz.vocabulary import Effect
from companyos.checks.pointers import Path, pointer
from companyos.conditions.tree import Node
from companyos.digests import JSONValue
from companyos.findings import Place, Severity
from companyos.flags.vocabulary import FlagKind, FlagState, FlagType


class Word(NamedTuple):
    """One word of a file: what it says, where, and the path to it in the document.

    Its place is spelled out: it is made of a word when somebody asks, which is rare.
    """

    text: str
    file: str
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0
    path: Path = ()

    @property
    def place(self) -> Place:
        """Return where it is written."""
        return Place(*self[1:6])


class TenantFacts(NamedTuple):
    """A tenant and what it refers to; `classification` is how its data is graded."""

    id: Word
    env: Word
    bundle: Word
    flags: tuple[Word, ...]
    region: Word
    name: Word | None = None
    contact: Word | None = None
    classification: str | None = None


class RuleFacts(NamedTuple):
    """A rule of a policy bundle. `when` is its condition as written."""

    id: Word
    roles: tuple[Word, ...]
    actions: tuple[Word, ...]
    effect: Effect = Effect.ALLOW
    when: Word | None = None


class BundleFacts(NamedTuple):
    """A policy bundle, what it extends, and its rules."""

    id: Word
    abstract: bool
    extends: tuple[Word, ...]
    rules: tuple[RuleFacts, ...]


class VariantFacts(NamedTuple):
    """A declared variant and its value."""

    name: Word
    value: JSONValue


class AnswerFacts(NamedTuple):
    """Somewhere a variant is meant: by name, or by `true` or `false`."""

    word: Word
    is_boolean: bool


class SplitFacts(NamedTuple):
    """Shares: `total` is the sum in thousandths of a percent, or a single percent's."""

    word: Word
    is_percent: bool
    total: int


class PrerequisiteFacts(NamedTuple):
    """Another flag, and what it must answer."""

    flag: Word
    answer: AnswerFacts


class MomentFacts(NamedTuple):
    """A date as written, and the first moment at which it is over."""

    word: Word
    end: datetime


class OverrideFacts(NamedTuple):
    """What one tenant gets: the variants it may see, until when, and is it said why."""

    tenant: Word
    gives: frozenset[str]
    until: MomentFacts | None = None
    has_reason: bool = False


class FlagRuleFacts(NamedTuple):
    """A rule of a flag, its condition as written, and the variants it may give."""

    name: Word
    when: Word
    gives: frozenset[str]


class FlagFacts(NamedTuple):
    """A flag. `answers` are all places but prerequisites that mean its own variants.

    `default` is a variant's name; `rollout` are the variants that somebody gets by it.
    """

    id: Word
    type: FlagType
    variants: tuple[VariantFacts, ...]
    answers: tuple[AnswerFacts, ...]
    overrides: tuple[OverrideFacts, ...]
    prerequisites: tuple[PrerequisiteFacts, ...]
    rules: tuple[FlagRuleFacts, ...]
    splits: tuple[SplitFacts, ...]
    expires: MomentFacts | None
    default: str = ""
    rollout: frozenset[str] | None = None
    kind: FlagKind = FlagKind.RELEASE
    state: FlagState = FlagState.ACTIVE
    owner: Word | None = None

    def variant_names(self) -> tuple[str, ...]:
        """Return the names an answer may use; a boolean flag has its two."""
        if self.type is FlagType.BOOLEAN:
            return ("on", "off")
        return tuple(each.name.text for each in self.variants)


class RoleFacts(NamedTuple):
    """A declared role and the roles it inherits."""

    name: Word
    inherits: tuple[Word, ...]


class ServiceFacts(NamedTuple):
    """A declared service, the actions it asks about and the flags it reads."""

    name: Word
    actions: tuple[Word, ...]
    flags: tuple[Word, ...]


class OwnerFacts(NamedTuple):
    """A declared owner and the mail addresses at which it is reached."""

    name: Word
    contacts: tuple[Word, ...]


class AttributeFacts(NamedTuple):
    """A declared attribute of subjects, its type in the catalogue's words."""

    name: str
    type: str
    is_optional: bool


class CatalogFacts(NamedTuple):
    """What policies and flags may name; `subject` are its attributes.

    `owners` is None where the catalogue does not say who they are.
    """

    roles: tuple[RoleFacts, ...]
    subject: tuple[AttributeFacts, ...]
    resource_types: frozenset[str]
    actions: tuple[Word, ...]
    services: tuple[ServiceFacts, ...]
    owners: tuple[OwnerFacts, ...] | None = None


class RegionFacts(NamedTuple):
    """A data region and its countries."""

    name: Word
    countries: tuple[Word, ...]


class FreezeFacts(NamedTuple):
    """A freeze window: its zone, is that one known, and its ends by that zone's clock.

    An end is None where there is no such day or time.
    """

    name: Word
    zone: Word
    is_zone_known: bool
    start_word: Word
    start: datetime | None
    until_word: Word
    until: datetime | None


class StageFacts(NamedTuple):
    """A stage, the one before it, and the services whose state it names."""

    name: Word
    after: Word | None
    services: tuple[Word, ...]
    freezes: tuple[FreezeFacts, ...] = ()


class SignerFacts(NamedTuple):
    """A signer and what it may sign."""

    id: Word
    person: str
    public_key: Word
    may: tuple[Word, ...]


class SignersFacts(NamedTuple):
    """The signers, and how many people must agree to change them."""

    threshold: int
    threshold_word: Word
    signers: tuple[SignerFacts, ...]


class GivenFacts(NamedTuple):
    """An attribute that somebody has, and the declared type that its value fits."""

    name: Word
    value: Word
    type: str


class SubjectFacts(NamedTuple):
    """A subject of the static directory."""

    tenant: Word
    id: Word
    roles: tuple[Word, ...]
    attributes: tuple[GivenFacts, ...]


class PreferenceFacts(NamedTuple):
    """How much checks matter in this repository, and which are not reported."""

    severities: tuple[tuple[Word, Severity], ...]
    ignore: tuple[Word, ...]
    baseline: str | None


class Broken(NamedTuple):
    """The names of files that gave no record, or one whose id is another."""

    tenants: frozenset[str] = frozenset()
    bundles: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Facts:
    """Everything checks know. What is None is missing or broken, and reported so.

    `trees` are the conditions that are right, by file and JSON pointer.
    """

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
    trees: Mapping[tuple[str, str], Node] = field(default_factory=dict)

    @cached_property
    def members(self) -> Mapping[str, Collection[str]]:
        """The tenants that take part in each flag that any takes part in."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for tenant in self.tenants:
            name = tenant.id.text
            for word in tenant.flags:
                found[word.text].add(name)
        return dict(found)

    def tree(self, when: Word) -> Node | None:
        """Return a condition that is right, None for one with a mistake."""
        return self.trees.get((when.file, pointer(when.path)))
