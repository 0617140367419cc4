"""The parser of conditions, from a table that was made of the grammar beforehand.

Making the table from `condition.lark` takes longer than most runs take altogether, so
the package carries it as `condition.json`; `scripts/schemas.py` writes it again. The
same grammar gives the same bytes.
"""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias, TypedDict, TypeVar, cast

from lark import Lark, Token, Transformer
from lark import __version__ as lark_version

if TYPE_CHECKING:
    from companyos.digests import JSONObject, JSONValue

NAME = "condition.json"

BuiltT = TypeVar("BuiltT")

_States: TypeAlias = Mapping[int, Mapping[int, tuple[int, "JSONValue"]]]
"""By state and token: 0 and the state to go to, or 1 and the rule to reduce by."""

_SHIFT = 0


class _Table(TypedDict):
    """What decides of the table; tokens and states are numbered."""

    tokens: dict[int, str]
    states: _States
    start_states: dict[str, int]
    end_states: dict[str, int]


def parser(builder: Transformer[Token, BuiltT]) -> Lark:
    """Return the parser, which lets `builder` make something of every rule."""
    known = json.loads(_resource(NAME), object_hook=_with_numbers)
    if known["lark"] != lark_version:
        return _made(builder)  # another version may keep its table in another form
    known["data"]["options"]["transformer"] = builder
    return Lark.load(known)


def made() -> bytes:
    """Return the table as the package carries it, made from the grammar."""
    kept = io.BytesIO()
    _made(None).save(kept, exclude_options=("transformer",))
    found = pickle.loads(kept.getvalue())  # noqa: S301 - made a line before
    table = found["data"]["parser"]["parser"]
    table.update(_numbered(table))
    text = json.dumps({"lark": lark_version, **found}, separators=(",", ":"))
    return f"{text}\n".encode()


def _made(builder: Transformer[Token, BuiltT] | None) -> Lark:
    return Lark(
        _resource("condition.lark"),
        parser="lalr",
        lexer="contextual",
        keep_all_tokens=True,
        maybe_placeholders=False,
        transformer=builder,
    )


def _numbered(table: _Table) -> _Table:
    """Return the table with numbers that follow from the grammar alone.

    The library counts tokens and states as sets happen to give them.
    """
    order = sorted(table["tokens"], key=lambda number: table["tokens"][number])
    tokens = {old: new for new, old in enumerate(order)}
    reached = list(dict.fromkeys(table["start_states"].values()))
    for state in reached:  # grows on the way
        row = table["states"][state]
        ways = [row[token] for token in order if token in row]
        goals = [cast("int", goal) for kind, goal in ways if kind == _SHIFT]
        reached += [goal for goal in dict.fromkeys(goals) if goal not in reached]
    states = {old: new for new, old in enumerate(reached)}
    return _Table(
        tokens={new: table["tokens"][old] for new, old in enumerate(order)},
        states={
            states[old]: {
                tokens[token]: (kind, states[cast("int", to)] if kind == _SHIFT else to)
                for token, (kind, to) in sorted(
                    table["states"][old].items(), key=lambda item: tokens[item[0]]
                )
            }
            for old in reached
        },
        start_states={n: states[s] for n, s in table["start_states"].items()},
        end_states={n: states[s] for n, s in table["end_states"].items()},
    )


def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _with_numbers(table: dict[str, JSONValue]) -> JSONObject | dict[int, JSONValue]:
    """Return a table whose keys are numbers again, where JSON made texts of them."""
    if all(map(str.isdecimal, table)):
        return {int(key): value for key, value in table.items()}
    return table
