"""What a broken schema keyword means, in words: from keyword, subschema and value.

The wording is ours, so that it does not change with the engine that found the error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from companyos.checks.unknown_variant import TRUTHS
from companyos.config.edits.scalars import written
from companyos.config.yaml_scalars import kind_of
from companyos.digests import JSONValue

Schema = Mapping[str, JSONValue]

_TYPES = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "a mapping",
    "null": "empty",
}
_SHOWN_MAX = 60
_EXAMPLE_MAX = 120
_NUMBER = re.compile(r"\s*(-?[0-9]+(?:\.[0-9]+)?)\s*%?\s*").fullmatch


class Problem(NamedTuple):
    """One keyword that a value does not meet; `name` is the key it is about, if any."""

    keyword: str
    path: tuple[str | int, ...]
    schema: Schema
    value: JSONValue
    name: str = ""

    @property
    def limit(self) -> JSONValue:
        """Return what the keyword asks for."""
        return self.schema.get(self.keyword)


class Words(NamedTuple):
    """What to say: the check's name without its group, and the texts of a finding."""

    check: str
    message: str
    label: str = ""
    expected: str = ""
    hint: str = ""


def words_for(problem: Problem, plain: str) -> Words:
    """Return what to say; `plain` is the text of a scalar that is no string."""
    if problem.keyword in {"type", "anyOf"}:
        return wrong_type(problem, _types(problem.limit), plain)
    return _WORDS.get(problem.keyword, _form_or_limit)(problem)


def wrong_type(problem: Problem, types: Sequence[str], plain: str) -> Words:
    """Return what to say where none of `types` is the value's."""
    expected = " or ".join(dict.fromkeys(_TYPES.get(each, each) for each in types))
    subject = _subject(problem.path)
    value = problem.value
    if value is None:
        hint = "write a value behind the colon, or delete the key"
        return Words("type", f"{subject} has no value", expected=expected, hint=hint)
    label = f"this is {kind_of(value)}"
    if "string" in types and plain:
        return Words(
            "type",
            f"`{_short(plain)}` is {kind_of(value)}; quote it",
            label=label,
            expected=expected,
            hint=f'quote it: "{_short(plain)}"',
        )
    message = f"{subject} must be {expected}, not {kind_of(value)}"
    hint = _right_form(problem, types)
    return Words("type", message, label=label, expected=expected, hint=hint)


def _right_form(problem: Problem, types: Sequence[str]) -> str:
    """Return how the value is written in the right type, or an example of that."""
    value = problem.value
    if isinstance(value, str):
        number = _NUMBER(value)
        if number and {"number", "integer"} & set(types):
            return f"write `{number[1]}`"
        if "boolean" in types and value.lower() in TRUTHS:
            return f"write `{TRUTHS[value.lower()]}`"
        if "array" in types and _is_listed(problem.schema):
            items = [each.strip() for each in value.split(",")]
            return f"write `{written([each for each in items if each])}`"
    if isinstance(value, list) and len(value) == 1 and "string" in types:
        return f"write `{written(value[0])}`"
    example = written(_example(problem.schema))
    return f"write it like `{example}`" if 2 < len(example) <= _EXAMPLE_MAX else ""


def _is_listed(schema: Schema) -> bool:
    """Return whether a list of texts is asked for."""
    return _table(schema, "items").get("type") == "string"


def _example(schema: Schema) -> JSONValue:
    """Return a value of the right form, made of what its keys need where none is."""
    for example in _items(schema.get("examples")):
        return example
    properties = _table(schema, "properties")
    needed = [*_items(schema.get("required")), *_first_choice(schema)]
    return {name: _example(_table(properties, name)) for name in map(str, needed)}


def _first_choice(schema: Schema) -> Sequence[JSONValue]:
    for branch in _items(schema.get("oneOf")):
        return _items(branch.get("required")) if isinstance(branch, Mapping) else []
    return []


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return a question that names the nearest known word, or nothing."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else ""


def _missing(problem: Problem) -> Words:
    about = _description(_table(_table(problem.schema, "properties"), problem.name))
    return Words(
        "required",
        f"the key `{problem.name}` is missing",
        label=f"no `{problem.name}` in here",
        expected=about,
        hint=f"add a line `{problem.name}: …`",
    )


def _unknown_key(problem: Problem) -> Words:
    known = list(_table(problem.schema, "properties"))
    return Words(
        "additional-property",
        f"unknown key `{_short(problem.name)}`",
        label="not a key that is read",
        expected=", ".join(known),
        hint=did_you_mean(problem.name, known) or f"known are {_listed(known)}",
    )


def _no_choice(problem: Problem) -> Words:
    options = [str(each) for each in _items(problem.limit)]
    return Words(
        "enum",
        f"{_shown(problem.value)} is not one of {_listed(options)}",
        label="not a word that is known here",
        expected=", ".join(options),
        hint=did_you_mean(str(problem.value), options),
    )


def _not_one(problem: Problem) -> Words:
    names = [
        str(name)
        for branch in _items(problem.limit)
        if isinstance(branch, Mapping)
        for name in _items(branch.get("required"))
    ]
    given = [
        name
        for name in names
        if isinstance(problem.value, Mapping) and name in problem.value
    ]
    found = f"there are {_listed(given)}" if given else "there is none"
    return Words(
        "one-of",
        f"exactly one of {_listed(names)} is expected, and {found}",
        expected=f"one of {', '.join(names)}",
        hint="keep one" if given else f"add {_listed(names, 'or')}",
    )


def _no_date(problem: Problem) -> Words:
    return Words(
        "format",
        f"{_shown(problem.value)} is no date of the calendar",
        expected="a date like 2027-01-31, or a time like 2027-01-31T08:00:00Z",
        hint="check month, day and hour",
    )


def _reserved(problem: Problem) -> Words:
    message = f"{_shown(problem.value)} is a reserved name"
    return Words("reserved", message, hint="choose another one")


def _repeated(problem: Problem) -> Words:
    message = f"{_shown(problem.value)} stands twice"
    return Words("unique-items", message, hint="delete one of the two")


def _form_or_limit(problem: Problem) -> Words:
    limit, value = problem.limit, problem.value
    form = _form(problem.schema)
    rows = {
        "pattern": ("pattern", f"{_shown(value)} does not have the form asked for"),
        "minimum": ("minimum", f"{_shown(value)} is less than {limit}"),
        "maximum": ("maximum", f"{_shown(value)} is more than {limit}"),
        "multipleOf": ("multiple-of", f"{_shown(value)} has too many decimals"),
        "minLength": ("min-length", f"the text is shorter than {limit}"),
        "maxLength": ("max-length", f"the text is longer than {limit} characters"),
        "minItems": ("min-items", f"the list needs at least {limit}"),
        "minProperties": ("min-items", f"the mapping needs at least {limit}"),
    }
    general = ("invalid", f"{_shown(value)} does not meet `{problem.keyword}`")
    check, message = rows.get(problem.keyword, general)
    return Words(check, message, expected=form, hint=f"expected {form}" if form else "")


_WORDS: Mapping[str, Callable[[Problem], Words]] = {
    "required": _missing,
    "additionalProperties": _unknown_key,
    "enum": _no_choice,
    "oneOf": _not_one,
    "not": _reserved,
    "format": _no_date,
    "uniqueItems": _repeated,
}


def _form(schema: Schema) -> str:
    """Return what form is meant, in the words that editors show too."""
    meant = schema.get("patternErrorMessage")
    return meant if isinstance(meant, str) else ""


def _description(schema: Schema) -> str:
    text = schema.get("description")
    return text if isinstance(text, str) else ""


def _table(schema: Schema, key: str) -> Schema:
    value = schema.get(key)
    return value if isinstance(value, Mapping) else {}


def _items(value: JSONValue) -> Sequence[JSONValue]:
    return value if isinstance(value, list) else []


def _types(value: JSONValue) -> list[str]:
    if isinstance(value, str):
        return [value]
    found = [
        kind
        for each in _items(value)
        for kind in (
            _types(each.get("type", each.get("anyOf")))
            if isinstance(each, Mapping)
            else [str(each)]
        )
    ]
    # Branches that are references are the long forms: mappings.
    has_reference = any(isinstance(e, Mapping) and "$ref" in e for e in _items(value))
    return [*found, "object"] if has_reference else found


def _subject(path: tuple[str | int, ...]) -> str:
    if not path:
        return "the document"
    last = path[-1]
    if isinstance(last, str):
        return f"`{_short(last)}`"
    owner = next((step for step in reversed(path) if isinstance(step, str)), "")
    return f"item {last + 1} of `{owner}`" if owner else f"item {last + 1}"


def _listed(names: Sequence[str], last: str = "and") -> str:
    quoted = [f"`{_short(name)}`" for name in names]
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


def _shown(value: JSONValue) -> str:
    if isinstance(value, str):
        return f"`{_short(value)}`"
    # Sorted, because each engine hands a mapping back in an order of its own.
    return f"`{_short(json.dumps(value, ensure_ascii=False, sort_keys=True))}`"


def _short(text: str) -> str:
    line = text.replace("\n", "\\n")
    return line if len(line) <= _SHOWN_MAX else line[: _SHOWN_MAX - 1] + "…"
