"""What was likely meant where a flag's file answers in the wrong form.

A flag's answers are the one thing in the desired state whose type hangs on another key,
so that the schema alone would say something true and of no help.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from companyos.checks.pointers import Path
from companyos.checks.unknown_variant import TRUTHS
from companyos.config.edits.changes import path_of
from companyos.config.schema_words import Problem, Words
from companyos.config.yaml_scalars import kind_of
from companyos.digests import JSONValue
from companyos.findings import Finding

_LONG = ("value", "variant")
_BOOLEAN_VARIANTS = ("on", "off")


def without_truths(
    document: JSONValue, findings: Iterable[Finding]
) -> Iterator[Finding]:
    """Yield the findings about a file, but those that would quote a `yes` or a `no`.

    It is refused as an answer, with quotes as without.
    """
    flag = _Flag(document)
    for finding in findings:
        path = path_of(finding.path, document)
        is_named = finding.value in _BOOLEAN_VARIANTS
        if is_named or not flag.is_boolean or not _is_answer(path):
            yield finding


def meant(problem: Problem, document: JSONValue) -> Words | None:
    """Return what to say of a flag's answer, None where the schema says enough."""
    is_about = problem.keyword in {"type", "anyOf", "pattern"}
    if not is_about or not _is_answer(problem.path):
        return None
    flag = _Flag(document)
    if len(problem.path) > 2 and problem.path[-1] in _LONG:
        return _in_long_form(problem, flag) or _named(problem, flag)
    return _named(problem, flag) or _of_boolean(problem, flag)


def _in_long_form(problem: Problem, flag: _Flag) -> Words | None:
    """Return what to say of what stands behind `value` or `variant`."""
    key, value = problem.path[-1], problem.value
    is_boolean = flag.is_boolean or problem.path[0] == "prerequisites"
    if key == "variant" and is_boolean and isinstance(value, bool):
        truth = "true" if value else "false"
        return _words("`variant` takes a name", f"write `value: {truth}`")
    if key != "value" or not isinstance(value, str):
        return None
    truth = TRUTHS.get(value.lower(), "") if is_boolean else ""
    if not truth:
        name = flag.named(value) or value
        return _words("`value` is for boolean flags", f"write `variant: {name}`")
    if value.lower() == truth:
        return _words(f'`"{value}"` is text here', f"write `{truth}` without quotes")
    return _words(f"`{value}` is text here", f"write `{truth}`")


def _named(problem: Problem, flag: _Flag) -> Words | None:
    """Return what to say of a variant's value where its name is expected."""
    name = flag.named(problem.value)
    if not name:
        return None
    check = "pattern" if problem.keyword == "pattern" else "type"
    told = f"`{problem.value}` is the value of variant `{name}`"
    return _words(told, f"write `{name}`", check=check)


def _of_boolean(problem: Problem, flag: _Flag) -> Words | None:
    """Return what to say of a value that no boolean flag answers."""
    value = problem.value
    if not flag.is_boolean or not isinstance(value, bool | int | float):
        return None
    if isinstance(value, bool):
        told = "the variants of a boolean flag are `on` and `off`"
        return _words(told, 'write `"on"`' if value else 'write `"off"`')
    told = f"a boolean flag answers `true` or `false`, not {kind_of(value)}"
    return Words("type", told, label="neither", expected="`true` or `false`")


@dataclass(frozen=True, slots=True)
class _Flag:
    """A flag's file, whatever is wrong with it."""

    document: JSONValue

    @property
    def is_boolean(self) -> bool:
        table = self.document if isinstance(self.document, Mapping) else {}
        return table.get("type", "boolean") == "boolean"

    def named(self, value: JSONValue) -> str:
        """Return the name of the variant that has a value, empty where none has."""
        table = self.document if isinstance(self.document, Mapping) else {}
        variants = table.get("variants")
        rows = variants.items() if isinstance(variants, Mapping) else ()
        same = [name for name, each in rows if _is_same(each, value)]
        return same[0] if same else ""


def _is_answer(path: Path) -> bool:
    """Return whether a path leads to where a flag's file gives an answer."""
    match path:
        case ("default" | "off",) | ("per_tenant_overrides", _):
            return True
        case ("per_tenant_overrides", _, "value" | "variant"):
            return True
        case ("rules", _, "serve") | ("rules", _, "serve", "value" | "variant"):
            return True
        case ("prerequisites", _, "value" | "variant"):
            return True
        case (*_, "weights") | (*_, "order", _):
            return True
        case _:
            return False


def _is_same(left: JSONValue, right: JSONValue) -> bool:
    return type(left) is type(right) and left == right


def _words(told: str, way: str, *, check: str = "type") -> Words:
    return Words(check, f"{told}; {way}", label="not an answer", hint=way)
