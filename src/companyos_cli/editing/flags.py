"""Edits of flags: an answer for a tenant or for all, an end, and being killed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from companyos.config.edits.entries import add_entry, replace
from companyos.config.edits.rewrite import Rewrite
from companyos.config.fixes.takes_part import joined
from companyos.config.judging import State
from companyos.config.kinds import Kind
from companyos.config.moments import is_moment
from companyos.digests import JSONValue
from companyos.errors import UsageError
from companyos.flags.vocabulary import FlagState
from companyos_cli.editing.change import Plan, written_rewrite
from companyos_cli.editing.flag_effects import of_default, of_states
from companyos_cli.editing.overrides import overriding
from companyos_cli.editing.reading import Document, document

_FLAGS = "feature_flags"
_STATE = "state"
_TRUTHS = {"true": True, "on": True, "false": False, "off": False}


@dataclass(frozen=True, slots=True)
class Serving:
    """What a tenant shall get of a flag, until when, and why."""

    tenant: str
    value: str
    until: str | None
    reason: str | None


def plan_override(state: State, flag: str, serving: Serving) -> Plan:
    """Return the plan of giving one tenant an answer.

    A tenant that does not take part in the flag yet will, or nothing would change.

    Raises:
        UsageError: there is no such flag, tenant or variant.
    """
    found = document(state, Kind.FLAG, flag)
    tenant = document(state, Kind.TENANT, serving.tenant)
    rewrites = [*overriding(found, serving.tenant, _told(found, serving))]
    if flag not in tenant.texts(_FLAGS):
        rewrites.append(
            written_rewrite(joined(tenant.source, flag), tenant.source.path)
        )
    return Plan(
        f"give tenant `{serving.tenant}` `{serving.value}` of flag `{flag}`",
        {},
        tuple(rewrites),
        next_step=f"companyos flags eval {flag} --tenant {serving.tenant}",
    )


def plan_default(state: State, flag: str, value: str) -> Plan:
    """Return the plan of changing what a flag answers where nothing else decides.

    Raises:
        UsageError: there is no such flag or variant.
    """
    found = document(state, Kind.FLAG, flag)
    rewrite = replace(found.source, ("default",), _answer(found, value))
    title = f"let flag `{flag}` answer `{value}` by default"
    return Plan(title, {}, (rewrite,), effects=lambda after: of_default(after, flag))


def plan_killing(state: State, flags: Sequence[str]) -> Plan:
    """Return the plan of turning flags off for everybody.

    One that is archived is off for everybody and stays as it is.

    Raises:
        UsageError: there is no such flag.
    """
    found = {flag: document(state, Kind.FLAG, flag) for flag in flags}
    active = [each for each in found.values() if _state(each) is FlagState.ACTIVE]
    return Plan(
        f"kill {_named(flags)}",
        {},
        tuple(_put(each, FlagState.KILLED) for each in active),
        next_step="companyos diff HEAD",
        effects=lambda after: of_states(after, flags, along=flags),
    )


def plan_revival(state: State, flags: Sequence[str]) -> Plan:
    """Return the plan of asking killed flags again.

    Raises:
        UsageError: there is no such flag, or it is archived.
    """
    found = {flag: document(state, Kind.FLAG, flag) for flag in flags}
    for flag, each in found.items():
        if _state(each) is FlagState.ARCHIVED:
            raise UsageError(
                f"flag `{flag}` is archived, not killed",
                hint="if it is to come back, write `state: active` by hand in "
                f"{each.source.path}",
            )
    killed = [flag for flag in flags if _state(found[flag]) is FlagState.KILLED]
    return Plan(
        f"revive {_named(flags)}",
        {},
        tuple(_put(found[flag], FlagState.ACTIVE) for flag in killed),
        next_step="companyos diff HEAD",
        effects=lambda after: of_states(after, flags, along=killed),
    )


def plan_expiry(state: State, flag: str, day: str) -> Plan:
    """Return the plan of changing a flag's last day.

    Raises:
        UsageError: there is no such flag, or no such day.
    """
    refuse_no_moment(day)
    found = document(state, Kind.FLAG, flag)
    key = "expires_at"
    if found.at(key) is None:
        rewrite = written_rewrite(
            add_entry(found.source, (), key, day), found.source.path
        )
    else:
        rewrite = replace(found.source, (key,), day)
    return Plan(f"let flag `{flag}` end with {day}", {}, (rewrite,))


def _named(flags: Sequence[str]) -> str:
    names = ", ".join(f"`{flag}`" for flag in flags)
    return f"flag {names}" if len(flags) == 1 else f"flags {names}"


def _state(found: Document) -> FlagState:
    """Return a flag's state; what is none is active, so that it can be killed."""
    written = found.text(_STATE)
    return FlagState(written) if written in set(FlagState) else FlagState.ACTIVE


def _put(found: Document, state: FlagState) -> Rewrite:
    """Return the rewrite that gives a flag another state."""
    source, value = found.source, state.value
    if found.at(_STATE) is not None:
        return replace(source, (_STATE,), value)
    rewrite = add_entry(source, (), _STATE, value, after=_last_answer(found))
    return written_rewrite(rewrite, source.path)


def _last_answer(found: Document) -> str:
    """Return the last of the keys that say what a flag answers to everybody."""
    return "off" if found.at("off") is not None else "default"


def refuse_no_moment(text: str) -> None:
    """Refuse what is neither a day nor a time.

    Raises:
        UsageError: it is not in the calendar.
    """
    if not is_moment(text):
        raise UsageError(
            f"`{text}` is no day",
            hint="write it as `2027-01-31`, or a time as `2027-01-31T08:00:00Z`",
        )


def _told(found: Document, serving: Serving) -> dict[str, JSONValue]:
    """Return the entries of the override in the long form."""
    value = _answer(found, serving.value)
    if serving.until is not None:
        refuse_no_moment(serving.until)
    key = "value" if isinstance(value, bool) else "variant"
    told = {"until": serving.until, "reason": serving.reason}
    return {key: value, **{name: each for name, each in told.items() if each}}


def _answer(found: Document, value: str) -> bool | str:
    """Return a value as flags write it: a truth, or the name of a variant."""
    if (found.text("type") or "boolean") == "boolean":
        if value not in _TRUTHS:
            raise UsageError(f"`{value}` is neither `true` nor `false`")
        return _TRUTHS[value]
    names = list(found.table("variants"))
    if value not in names:
        near = get_close_matches(value, names, n=1, cutoff=0.6)
        known = ", ".join(f"`{name}`" for name in names)
        hint = f"did you mean `{near[0]}`?" if near else f"it has {known}"
        raise UsageError(f"the flag has no variant `{value}`", hint=hint)
    return value
