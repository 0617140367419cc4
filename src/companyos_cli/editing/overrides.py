"""What a flag's file becomes when one tenant is given an answer.

Of an override in the long form only what is told changes: its end, its reason and its
comments were written with care and stay until somebody gives others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from companyos.config.edits.entries import add_entry, replace
from companyos.config.edits.removal import remove
from companyos.config.edits.rewrite import Rewrite, UnprovenError, rewritten
from companyos.config.yaml_source import Source, parse
from companyos.digests import JSONValue
from companyos.errors import UsageError
from companyos_cli.editing.change import written_rewrite
from companyos_cli.editing.reading import Document

_OVERRIDES = "per_tenant_overrides"
_ANSWERS = ("value", "variant", "rollout")
_MORE = ("until", "reason")


def overriding(
    found: Document, tenant: str, told: Mapping[str, JSONValue]
) -> Iterator[Rewrite]:
    """Yield the rewrites of a flag's file, each of what the one before made of it.

    `told` are the entries of the long form: an answer, and perhaps more.

    Raises:
        UsageError: the file is written in a way that cannot be edited by command.
    """
    way = (_OVERRIDES, tenant)
    if isinstance(found.at(*way), dict):
        yield from _changing(found, way, told)
        return
    answer = next(value for name, value in told.items() if name not in _MORE)
    value = dict(told) if len(told) > 1 else answer
    source = found.source
    if found.at(_OVERRIDES) is None:
        after = "off" if found.at("off") is not None else "default"
        rewrite = add_entry(source, (), _OVERRIDES, {tenant: value}, after=after)
    elif found.at(*way) is None:
        rewrite = add_entry(source, (_OVERRIDES,), tenant, value)
    else:
        rewrite = replace(source, way, value)
    yield written_rewrite(rewrite, source.path)


def _changing(
    found: Document, way: tuple[str, str], told: Mapping[str, JSONValue]
) -> Iterator[Rewrite]:
    """Yield a rewrite for each entry told, and for an answer of another kind."""
    source, before = found.source, found.table(*way)
    others = [name for name in before if name in _ANSWERS and name not in told]
    for name, value in told.items():
        after = others[0] if others and name in _ANSWERS else ""
        rewrite = (
            replace(source, (*way, name), value)
            if name in before
            else add_entry(source, way, name, value, after=after)
        )
        yield written_rewrite(rewrite, source.path)
        source = _after(source, rewrite)
    for name in others:
        rewrite = remove(source, (*way, name))
        yield written_rewrite(rewrite, source.path)
        source = _after(source, rewrite)


def _after(source: Source, rewrite: Rewrite | None) -> Source:
    """Return a file as a rewrite leaves it."""
    made = written_rewrite(rewrite, source.path)
    try:
        return parse(source.path, rewritten(source.text, made))
    except UnprovenError as error:
        raise UsageError(
            f"`{source.path}` cannot be edited by command: {error}",
            hint="change the file by hand",
        ) from error
