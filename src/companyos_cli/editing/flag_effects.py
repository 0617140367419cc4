"""What flags answer once a change is made, in words, told before anybody agrees to it.

Of a file that is no flag nothing is told: `validate` says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, time

from companyos.checks.facts import FlagFacts
from companyos.checks.flag_answers import holding
from companyos.config.judging import State
from companyos.config.kinds import Kind
from companyos.config.variants_given import variant_of
from companyos.flags.vocabulary import FlagState, FlagType
from companyos_cli.editing.reading import document


def of_states(
    state: State, names: Collection[str], *, along: Collection[str]
) -> list[str]:
    """Return what flags answer by their states, and who changes `along` with which."""
    flags = [each for each in state.loaded.facts.flags if each.id.text in names]
    told = set(names)
    rows = [_own(state, each) for each in flags]
    for each in flags:
        if each.id.text in along:
            rows += _along(state, each, told, closed=_is_closed(each))
    return rows


def of_default(state: State, name: str) -> list[str]:
    """Return what still gives others than a flag's default, if anything does."""
    flags = [each for each in state.loaded.facts.flags if each.id.text == name]
    return [
        _own(state, each) if _is_closed(each) else _still(state, each)
        for each in flags
        if _is_closed(each) or _deciding(state, each, but=each.default)
    ]


def _is_closed(flag: FlagFacts) -> bool:
    return flag.state is not FlagState.ACTIVE


def _own(state: State, flag: FlagFacts) -> str:
    name = flag.id.text
    if _is_closed(flag):
        answer = _shown(flag, _off(state, flag))
        return (
            f"`{name}` is {flag.state} and answers {answer} to everybody, "
            "overrides included"
        )
    default = _shown(flag, flag.default)
    listed = ", ".join(_deciding(state, flag))
    answers = f"by {listed}, else {default}" if listed else default
    return f"`{name}` is active and answers {answers}"


def _still(state: State, flag: FlagFacts) -> str:
    listed = ", ".join(_deciding(state, flag, but=flag.default))
    told = f"`{flag.id.text}` still answers otherwise by {listed}"
    if _off(state, flag) != flag.default:
        return told
    answer = _shown(flag, flag.default)
    return f"{told}; `companyos flags kill {flag.id.text}` gives {answer} to everybody"


def _deciding(state: State, flag: FlagFacts, *, but: str = "") -> list[str]:
    """Return what decides before the default, counted; not what only gives `but`."""
    only = frozenset({but})
    now = datetime.combine(state.today, time(), UTC)
    overrides = [each for each in holding(flag, now).values() if each.gives != only]
    rules = [each for each in flag.rules if each.gives != only]
    has_rollout = flag.rollout is not None and flag.rollout != only
    return [
        *_counted(len(overrides), "override"),
        *_counted(len(rules), "rule"),
        *(["a rollout"] if has_rollout else []),
    ]


def _counted(number: int, noun: str) -> list[str]:
    return [f"{number} {noun}{'' if number == 1 else 's'}"] if number else []


def _along(
    state: State, needed: FlagFacts, told: set[str], *, closed: bool
) -> Iterator[str]:
    """Yield which flags wait for this one, and which for them, each of them once."""
    for flag in state.loaded.facts.flags:
        name = flag.id.text
        if name in told or _is_closed(flag) or not _waits(state, flag, needed):
            continue
        told.add(name)
        does = (
            f"answers {_shown(flag, _off(state, flag))} to every tenant that takes part"
            if closed
            else "is asked again"
        )
        yield f"`{name}` needs `{needed.id.text}` and {does}"
        yield from _along(state, flag, told, closed=closed)


def _waits(state: State, flag: FlagFacts, needed: FlagFacts) -> bool:
    """Return whether a flag wants another answer than the one it needs has when off."""
    off = _off(state, needed)
    for each in flag.prerequisites:
        word, is_boolean = each.answer
        wanted = variant_of(word.text == "true") if is_boolean else word.text
        if each.flag.text == needed.id.text and wanted != off:
            return True
    return False


def _off(state: State, flag: FlagFacts) -> str:
    """Return the variant that a flag gives while it is killed or waits."""
    written = document(state, Kind.FLAG, flag.id.text).at("off")
    if isinstance(written, bool | str):
        return variant_of(written)
    return "off" if flag.type is FlagType.BOOLEAN else flag.default


def _shown(flag: FlagFacts, variant: str) -> str:
    if flag.type is not FlagType.BOOLEAN:
        return f"`{variant}`"
    return "`true`" if variant == "on" else "`false`"
