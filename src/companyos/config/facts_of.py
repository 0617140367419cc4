"""From a file's plain value and its marks to the facts that checks look at.

The value fits its schema, so nothing is asked twice here. The facts of files that
there is one of are in `governing_facts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, TypeAlias, cast

from yaml.error import Mark
from yaml.events import ScalarEvent

from companyos.authz.vocabulary import Effect
from companyos.checks.facts import (
    AnswerFacts,
    BundleFacts,
    FlagFacts,
    FlagRuleFacts,
    MomentFacts,
    OverrideFacts,
    PrerequisiteFacts,
    RuleFacts,
    SplitFacts,
    TenantFacts,
    VariantFacts,
    Word,
)
from companyos.checks.pointers import Path
from companyos.config.marks import (
    SequenceTrace,
    Trace,
    key_span,
    span_of,
    trace_at,
)
from companyos.config.moments import end_of
from companyos.config.plain import rows, table, text, text_or, texts
from companyos.config.shares import thousandths
from companyos.config.variants_given import given_by, variant_of
from companyos.config.yaml_source import Source
from companyos.digests import JSONObject, JSONValue
from companyos.flags.vocabulary import FlagKind, FlagState, FlagType

_tuple = tuple.__new__
"""What the constructor of a named tuple does, at half its cost."""


class _Marked(Protocol):
    """An event as the parser makes it, with both marks."""

    start_mark: Mark
    end_mark: Mark


class Places:
    """Makes words of one file's values and keys."""

    def __init__(self, source: Source) -> None:
        self._file = source.path
        self._trace = source.marks.trace
        self._entries = source.marks.entries

    def field(self, of: JSONObject, key: str) -> Word:
        """Return the word that a key of the document itself has; it is a string."""
        return _word(self._file, text(of, key), self._entries[key][1], (key,))

    def value(self, text: str, *path: str | int) -> Word:
        """Return the word that is the value at `path`."""
        return _word(self._file, text, trace_at(self._trace, path), path)

    def key(self, *path: str | int) -> Word:
        """Return the word that is the last key of `path`."""
        span = key_span(self._trace, path)
        return Word(str(path[-1]), self._file, *span, path)

    def values(self, texts: Iterable[str], *path: str | int) -> tuple[Word, ...]:
        """Return the words of the list at `path`."""
        trace = trace_at(self._trace, path)
        items = trace.items if isinstance(trace, SequenceTrace) else ()
        words = [
            _word(self._file, text, item, (*path, index))
            for index, (text, item) in enumerate(zip(texts, items, strict=True))
        ]
        return tuple(words)

    def keys(self, names: Iterable[str], *path: str | int) -> tuple[Word, ...]:
        """Return the keys of the mapping at `path`."""
        return tuple(self.key(*path, name) for name in names)


def _word(file: str, text: str, trace: Trace, path: Path) -> Word:
    if type(trace) is not ScalarEvent:
        return Word(text, file, *span_of(trace), path)
    # The usual case, spelled out: a large state has a hundred thousand words.
    marked = cast("_Marked", trace)
    start, end = marked.start_mark, marked.end_mark
    line, column = start.line + 1, start.column + 1
    parts = (text, file, line, column, end.line + 1, end.column + 1, path)
    return _tuple(Word, parts)


def tenant_facts(value: JSONObject, at: Places) -> TenantFacts:
    """Return a tenant's facts."""
    return TenantFacts(
        id=at.field(value, "tenant_id"),
        env=at.field(value, "env"),
        bundle=at.field(value, "policy_bundle_ref"),
        flags=at.values(texts(value, "feature_flags"), "feature_flags"),
        region=at.field(value, "data_region"),
        name=at.field(value, "display_name"),
        contact=at.field(value, "owner_contact"),
        classification=text_or(value, "data_classification", None),
    )


def bundle_facts(value: JSONObject, at: Places) -> BundleFacts:
    """Return a policy bundle's facts."""
    return BundleFacts(
        id=at.field(value, "bundle_id"),
        abstract=bool(value.get("abstract", False)),
        extends=at.values(texts(value, "extends"), "extends"),
        rules=tuple(
            RuleFacts(
                id=at.value(text(rule, "id"), "rules", index, "id"),
                roles=at.values(texts(rule, "roles"), "rules", index, "roles"),
                actions=at.values(texts(rule, "actions"), "rules", index, "actions"),
                effect=Effect(text(rule, "effect")),
                when=at.value(text(rule, "when"), "rules", index, "when")
                if "when" in rule
                else None,
            )
            for index, rule in enumerate(rows(value, "rules"))
        ),
    )


def flag_facts(value: JSONObject, at: Places) -> FlagFacts:
    """Return a flag's facts."""
    served = list(_served(value))
    default = variant_of(_answer(value["default"]))
    return FlagFacts(
        id=at.field(value, "flag_id"),
        type=FlagType(text_or(value, "type", "boolean")),
        variants=tuple(
            VariantFacts(at.key("variants", name), each)
            for name, each in table(value, "variants").items()
        ),
        answers=tuple(_answers(served, at)),
        overrides=tuple(_overrides(value, default, at)),
        prerequisites=tuple(_prerequisites(value, at)),
        rules=tuple(
            FlagRuleFacts(
                name=at.value(text(rule, "name"), "rules", index, "name"),
                when=at.value(text(rule, "when"), "rules", index, "when"),
                gives=given_by(_given(rule["serve"]), default),
            )
            for index, rule in enumerate(rows(value, "rules"))
        ),
        splits=tuple(_splits(served, at)),
        expires=_moment(value, "expires_at", at, "expires_at"),
        default=default,
        rollout=given_by({"rollout": table(value, "rollout")}, default)
        if "rollout" in value
        else None,
        kind=FlagKind(text_or(value, "kind", "release")),
        state=FlagState(text_or(value, "state", "active")),
        owner=at.field(value, "owner"),
    )


def _overrides(value: JSONObject, default: str, at: Places) -> Iterator[OverrideFacts]:
    for tenant, given in table(value, "per_tenant_overrides").items():
        path = ("per_tenant_overrides", tenant)
        long_form = given if isinstance(given, Mapping) else {}
        yield OverrideFacts(
            tenant=at.key(*path),
            gives=given_by(_given(given), default),
            until=_moment(long_form, "until", at, *path, "until"),
            has_reason=bool(long_form.get("reason")),
        )


def _moment(
    of: JSONObject, key: str, at: Places, *path: str | int
) -> MomentFacts | None:
    written = text_or(of, key, None)
    return MomentFacts(at.value(written, *path), end_of(written)) if written else None


Given: TypeAlias = bool | str | JSONObject
"""What is served: an answer, or the long form."""

Served: TypeAlias = tuple[Path, JSONValue, bool]
"""Where something is served, what, and whether it is a rollout."""


def _answer(value: JSONValue) -> bool | str:
    return cast("bool | str", value)


def _given(value: JSONValue) -> Given:
    return cast("Given", value)


def _served(value: JSONObject) -> Iterator[Served]:
    """Yield everything that the flag may give, with where it is written."""
    for key in ("default", "off", "rollout"):
        if key in value:
            yield (key,), value[key], key == "rollout"
    for tenant, override in table(value, "per_tenant_overrides").items():
        yield from _unfolded(("per_tenant_overrides", tenant), override)
    for index, rule in enumerate(rows(value, "rules")):
        yield from _unfolded(("rules", index, "serve"), rule["serve"])


def _unfolded(path: Path, served: JSONValue) -> Iterator[Served]:
    if not isinstance(served, Mapping):
        yield path, served, False
        return
    for key in ("value", "variant", "rollout"):
        if key in served:
            yield (*path, key), served[key], key == "rollout"


def _answers(served: Iterable[Served], at: Places) -> Iterator[AnswerFacts]:
    for path, given, is_rollout in served:
        if is_rollout:
            weights = table(cast("JSONObject", given), "weights")
            for word in at.keys(weights, *path, "weights"):
                yield AnswerFacts(word, is_boolean=False)
            order = cast("JSONObject", given).get("order")
            for index, name in enumerate(order if isinstance(order, list) else ()):
                word = at.value(cast("str", name), *path, "order", index)
                yield AnswerFacts(word, is_boolean=False)
        elif isinstance(given, bool):
            yield AnswerFacts(at.value(str(given).lower(), *path), is_boolean=True)
        else:
            yield AnswerFacts(at.value(cast("str", given), *path), is_boolean=False)


def _splits(served: Iterable[Served], at: Places) -> Iterator[SplitFacts]:
    for path, given, is_rollout in served:
        if not is_rollout:
            continue
        rollout = cast("Mapping[str, Mapping[str, float] | float]", given)
        weights, percent = rollout.get("weights"), rollout.get("percent", 0)
        if isinstance(weights, Mapping):
            total = sum(thousandths(each) for each in weights.values())
            yield SplitFacts(at.key(*path, "weights"), is_percent=False, total=total)
        elif not isinstance(percent, Mapping):
            total = thousandths(percent)
            yield SplitFacts(at.key(*path, "percent"), is_percent=True, total=total)


def _prerequisites(value: JSONObject, at: Places) -> Iterator[PrerequisiteFacts]:
    for index, each in enumerate(rows(value, "prerequisites")):
        flag = at.value(text(each, "flag"), "prerequisites", index, "flag")
        if "variant" in each:
            word = at.value(text(each, "variant"), "prerequisites", index, "variant")
            yield PrerequisiteFacts(flag, AnswerFacts(word, is_boolean=False))
        else:
            answer = str(each["value"]).lower()
            word = at.value(answer, "prerequisites", index, "value")
            yield PrerequisiteFacts(flag, AnswerFacts(word, is_boolean=True))
