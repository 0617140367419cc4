"""What a change does that cannot be told per person, or that says why it does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from companyos.catalog import Attribute, Catalog
from companyos.diff.access import PAIRS_MAX
from companyos.diff.governing import changed_values, members_changed, told_change
from companyos.diff.model import AccessChange, Remark
from companyos.digests import JSONObject
from companyos.identity.settings import IdentitySettings
from companyos.snapshot import Snapshot

SHOWN_MAX = 10


def remarks_on(
    before: Snapshot, after: Snapshot, access: Sequence[AccessChange]
) -> tuple[Remark, ...]:
    """Return what changes for everybody, or for people the files alone know."""
    catalogs = before.policies.catalog, after.policies.catalog
    return (
        *_role_remarks(*catalogs, access),
        *(Remark(text, is_effect=True) for text in _attribute_remarks(*catalogs)),
        *_fresh_remarks(*catalogs),
        *(Remark(text, is_effect=True) for text in _subject_remarks(before, after)),
        *_identity_remarks(before.identity, after.identity),
    )


def _role_remarks(
    one: Catalog, other: Catalog, access: Sequence[AccessChange]
) -> Iterator[Remark]:
    for role in sorted(one.roles.keys() - other.roles.keys()):
        text = f"role `{role}` is no longer declared: who still has it is denied "
        text += "everything"
        if not _decides(role, access):
            text += ", and nobody else gains or loses by it"
        yield Remark(text, is_effect=True)
    for role in sorted(other.roles.keys() - one.roles.keys()):
        told = "who has it is compared with who does not"
        if not _decides(role, access):
            told = "nobody gains or loses by it"
        text = f"role `{role}` is new: {told}"
        yield Remark(text, is_effect=False, about=("catalog", "roles", role))
    for role in sorted(one.roles.keys() & other.roles.keys()):
        changed = members_changed(sorted(one.roles[role]), sorted(other.roles[role]))
        if changed:
            text = f"role `{role}` inherits otherwise: {', '.join(changed)}"
            about = ("catalog", "roles", role, "inherits")
            yield Remark(text, is_effect=False, about=about)


def _decides(role: str, access: Sequence[AccessChange]) -> bool:
    """Return whether anybody may do more or less because of a role."""
    return any(
        # Of more pairs than this not all are named, so it may be among the others.
        role in holder or len(change.holders) >= PAIRS_MAX
        for change in access
        if change.before.lacks_role or change.after.lacks_role
        for holder in change.holders
    )


def _attribute_remarks(one: Catalog, other: Catalog) -> Iterator[str]:
    tables = [("subject", one.subject, other.subject)]
    tables += [
        (f"resource type `{name}`", table, other.resource_types[name])
        for name, table in one.resource_types.items()
        if name in other.resource_types
    ]
    for noun, old, new in tables:
        for name, attribute in new.items():
            if name not in old and not attribute.optional:
                yield f"{noun} now demands `{name}`: who does not send it is denied"
            elif name in old and _has_other_type(old[name], attribute):
                yield f"`{name}` of {noun} has another type: old values are denied"
        for name in sorted(old.keys() - new.keys()):
            if noun != "subject":
                yield f"{noun} no longer has `{name}`: who sends it is denied"


def _has_other_type(one: Attribute, other: Attribute) -> bool:
    return one.type is not other.type


def _fresh_remarks(one: Catalog, other: Catalog) -> Iterator[Remark]:
    for action in sorted(one.actions.keys() & other.actions.keys()):
        if (action in one.fresh_actions) is not (action in other.fresh_actions):
            told = "no longer has `require_fresh`: a remembered identity is enough"
            if action in other.fresh_actions:
                told = "now has `require_fresh`: a remembered identity is not enough"
            about = ("catalog", "actions", action, "require_fresh")
            yield Remark(f"action `{action}` {told}", is_effect=True, about=about)


def _subject_remarks(before: Snapshot, after: Snapshot) -> Iterator[str]:
    if before.identity.backend != after.identity.backend:
        yield (
            f"subjects come from `{after.identity.backend}` and no longer from"
            f" `{before.identity.backend}`"
        )
        return
    one, other = (
        {(s.tenant_id, s.subject_id): s for s in each.identity.subjects}
        for each in (before, after)
    )
    found: list[str] = []
    for key in sorted(one.keys() | other.keys()):
        name = f"subject `{key[1]}` of `{key[0]}`"
        if key not in one or key not in other:
            found.append(f"{name} is {'new' if key not in one else 'gone'}")
        elif one[key].roles != other[key].roles:
            roles = [
                ", ".join(sorted(each[key].roles)) or "none" for each in (one, other)
            ]
            found.append(f"{name} had the roles {roles[0]} and has {roles[1]}")
        elif one[key].attributes != other[key].attributes:
            found.append(f"{name} has other attributes")
    yield from found[:SHOWN_MAX]
    if found[SHOWN_MAX:]:
        yield f"{len(found) - SHOWN_MAX} more subjects differ"


def _identity_remarks(
    one: IdentitySettings, other: IdentitySettings
) -> Iterator[Remark]:
    """Yield what changes in how subjects are found and callers known."""
    for path, old, new in changed_values(_settings(one), _settings(other)):
        text = f"identity: `{'.'.join(path)}` {told_change(old, new)}"
        yield Remark(text, is_effect=True, about=("identity", *path))


def _settings(identity: IdentitySettings) -> JSONObject:
    tokens = None if identity.tokens is None else asdict(identity.tokens)
    options = {name: v for name, v in identity.options.items() if name != "subjects"}
    backend = {identity.backend: options} if options else {}
    return {"cache": asdict(identity.cache), "tokens": tokens, **backend}
