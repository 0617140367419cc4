"""Desired states in which everything refers to everything, and edits of them.

Names come from small pools, so that files share them in every way there is. The same
chance gives the same files.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import check_cases

TENANTS = tuple(f"t{n}" for n in range(12))
BUNDLES = tuple(f"b{n}" for n in range(7))
FLAGS = tuple(f"f{n}" for n in range(8))
CALLED = ("Acme", "ACME", "Globex", "Initech", "Hooli", "Umbrella")
CONDITIONS = (
    "resource.data_region == subject.region",
    'subject.attributes.department == "sales"',
    'subject.attributes.department == "sales" && resource.data_region == "eu"',
    "has(subject.attributes.level) && subject.attributes.level > 3",
    'resource.tenant == "t3" && resource.tenant in ["t5"]',
)
ASKED = (
    'subject.attributes.department == "sales"',
    'subject.attributes.country == "DE"',
    'subject.attributes.department == "sales" && tenant.id != "t4"',
)
"""Conditions; some name tenants, which come and go, and some imply others."""
DAYS = ("2026-05-30", "2026-06-05", "2026-07-01", "2026-09-01", "2029-01-31")
COMMENTED = ("flag/stale", "flag/unused", "flag/expired", "policy/wildcard-allow")
_SERVED = ("flags: [checkout]", f"flags: [{', '.join(FLAGS[:3])}]")
_T = TypeVar("_T")


@dataclass(slots=True)
class Chance:
    """Chooses. With `mess`, one choice in so many is one that is hardly right."""

    random: random.Random
    mess: float

    @classmethod
    def of(cls, seed: int, mess: float) -> Chance:
        """Return the chance of a seed."""
        return cls(random.Random(seed), mess)  # noqa: S311 - the same again is the point

    def one(self, of: Sequence[_T], also: Sequence[_T] = ()) -> _T:
        """Return one of `of`, rarely one of `also`."""
        return self.random.choice(also if also and self.is_messy() else of)

    def some(self, of: Sequence[str], most: int, also: Sequence[str] = ()) -> str:
        """Return a YAML list of some, each once."""
        count = self.random.randint(0, min(most, len(of)))
        names = self.random.sample(list(of), count)
        return f"[{', '.join(dict.fromkeys([*names, *self.stray(also)]))}]"

    def stray(self, also: Sequence[str]) -> list[str]:
        """Return one of what is hardly right, mostly none."""
        return [self.random.choice(also)] if also and self.is_messy() else []

    def is_messy(self) -> bool:
        """Return whether the next choice is hardly right."""
        return self.random.random() < self.mess

    def often(self, share: float) -> bool:
        """Return true as often as that."""
        return self.random.random() < share


def governing() -> dict[str, bytes]:
    """Return the files that there is one of, and on which everything hangs."""
    files = {
        path: data
        for path, data in check_cases.good("ref/unknown-owner").items()
        if path.count("/") == 1
    }
    catalog = files["config/catalog.yaml"].decode()
    contacts = "shop@acme.example, " + ", ".join(
        f"o@{name}.example" for name in TENANTS
    )
    catalog = catalog.replace(
        "contacts: [shop@acme.example]", f"contacts: [{contacts}]"
    )
    identity = files["config/identity.yaml"].decode().replace(": acme", ": t0")
    files["config/catalog.yaml"] = catalog.replace(*_SERVED).encode()
    return {**files, "config/identity.yaml": identity.encode()}


def state(chance: Chance) -> dict[str, bytes]:
    """Return a whole state."""
    paths = [f"config/{folder}/{name}.yaml" for folder, name in _all_names()]
    return {**governing(), **{path: file_at(path, chance) for path in paths}}


def _all_names() -> list[tuple[str, str]]:
    return [
        (folder, name)
        for folder, names in (
            ("tenants", TENANTS),
            ("policies", BUNDLES),
            ("flags", FLAGS),
        )
        for name in names
    ]


def file_at(path: str, chance: Chance) -> bytes:
    """Return what might be in the file at a path."""
    _, folder, name = path.removesuffix(".yaml").split("/")
    kind = {"tenants": "tenant", "policies": "policy", "flags": "flag"}[folder]
    lines = [f"# yaml-language-server: $schema=../../schemas/{kind}.schema.json"]
    if chance.often(0.1):
        lines.append(f"# companyos: ignore[{chance.one(COMMENTED)}] it is known")
    lines += _MADE[folder](name, chance)
    if chance.is_messy():
        lines[chance.random.randrange(1, len(lines))] = chance.one(
            ("a: [", "odd: 1", "")
        )
    return ("\n".join(lines) + "\n").encode()


def _tenant(name: str, chance: Chance) -> list[str]:
    return [
        f"tenant_id: {chance.one((name,), TENANTS)}",
        f"display_name: {chance.one((name, name, *CALLED))}",
        f"env: {chance.one(('test', 'live'), ('prod', 'liv'))}",
        f"policy_bundle_ref: {chance.one(BUNDLES[2:], ('b0', 'none-such', 'b9'))}",
        f"feature_flags: {chance.some(FLAGS, 4, ('none-such', 'f9', 'f99'))}",
        f"data_region: {chance.one(('eu', 'us'), ('mars', 'ue'))}",
        f"owner_contact: {chance.one((f'o@{name}.example',), ('x@y.example',))}",
    ]


def _bundle(name: str, chance: Chance) -> list[str]:
    below = BUNDLES[: BUNDLES.index(name)] if name in BUNDLES else BUNDLES
    is_abstract = str(name in BUNDLES[:2]).lower()
    lines = [
        f"bundle_id: {chance.one((name,), BUNDLES)}",
        "description: Something.",
        f"abstract: {chance.one((is_abstract,), ('true', 'false'))}",
        f"extends: {chance.some(below, 2, (*BUNDLES, 'none-such'))}",
        "rules:",
    ]
    for index in range(chance.random.randint(1, 4)):
        lines += _rule(chance.one((f"{name}-r{index}",), ("r0", "r1")), chance)
    return lines


def _rule(name: str, chance: Chance) -> list[str]:
    roles = chance.one(
        ("Viewer", "Editor", "Viewer, Editor"), ('"*"', "Nobody", "Vewer")
    )
    actions = ('"report:read"', '"report:read", "report:write"', '"report:*"')
    lines = [
        f"  - id: {name}",
        f"    effect: {chance.one(('allow', 'allow', 'deny'), ('maybe',))}",
        f"    roles: [{roles}]",
        f"    actions: [{chance.one(actions, (chr(34) + 'report:paint' + chr(34),))}]",
        "    reason: it is so",
    ]
    if chance.often(0.8):
        lines.append(f"    when: {chance.one(CONDITIONS, ('subject.age == 1',))}")
    return [line.replace("when: ", "when: >-\n      ") for line in lines]


def _flag(name: str, chance: Chance) -> list[str]:
    others = [each for each in FLAGS if each < name]
    lines = [
        f"flag_id: {chance.one((name,), FLAGS)}",
        "description: Something.",
        f"owner: {chance.one(('team-shop', 'acme'), ('nobody', 'team-shp'))}",
        f"kind: {chance.one(('release', 'permission', 'ops', 'kill_switch'))}",
        f"state: {chance.one(('active', 'active', 'active', 'killed', 'archived'))}",
        f"default: {chance.one(('true', 'false'), ('large',))}",
    ]
    if chance.often(0.6):
        lines.append(f"expires_at: {chance.one(DAYS)}")
    if chance.often(0.5):
        lines.append(f"rollout: {{percent: {chance.one((0, 30, 100))}}}")
    if others and chance.often(0.5):
        other = chance.one(others, (*FLAGS, "none-such", "f9"))
        lines.append(f"prerequisites: [{{flag: {other}, value: true}}]")
    if chance.often(0.6):
        lines.append("per_tenant_overrides:")
        lines += [f"  {each}: {_override(chance)}" for each in _overridden(chance)]
    if chance.often(0.6):
        lines.append("rules:")
        for index in range(chance.random.randint(1, 3)):
            lines.append(f"  - name: {chance.one((f'n{index}',), ('n0',))}")
            lines.append(f"    when: {chance.one(ASKED, ('resource.id == 1',))}")
            lines.append(f"    serve: {chance.one(('true', 'false'))}")
    return lines


def _overridden(chance: Chance) -> list[str]:
    return chance.random.sample(
        [*TENANTS, *chance.stray(("none-such", "t99"))], chance.random.randint(1, 4)
    )


def _override(chance: Chance) -> str:
    value = chance.one(("true", "false"))
    more = chance.one(("", "", ", reason: so be it", f", until: {chance.one(DAYS)}"))
    return f"{{value: {value}{more}}}" if more else value


_MADE: Mapping[str, Callable[[str, Chance], list[str]]] = {
    "tenants": _tenant,
    "policies": _bundle,
    "flags": _flag,
}


Edits: TypeAlias = dict[str, bytes | None]


def edit(files: Mapping[str, bytes], chance: Chance) -> Edits:
    """Return files as they are after an edit, None for those that it removes."""
    many = sorted(path for path in files if path.count("/") == 2)
    path = chance.one([f"config/{folder}/{name}.yaml" for folder, name in _all_names()])
    if path not in files or chance.often(0.5):
        return {path: file_at(path, chance)}
    old = files[path]
    other = chance.one([each for each in many if each != path])
    x_path = path.replace(".yaml", "x.yaml")
    edits: tuple[Edits, ...] = (
        {path: None},
        {path: None, x_path: old},
        {x_path: old},
        {path.upper().replace("CONFIG/", "config/"): old},
        {path: old.replace(b"\n", b"\n# moved\n", 1)},
        {path: old.replace(b"\n# moved", b"", 1)},
        {path: old + b"  : {\n"},
        {path: files[other]},
        {other: file_at(_regular(other), chance)},
        dict.fromkeys(each for each in many if "x.yaml" in each or each.isupper()),
        {"config/regions.yaml": files["config/regions.yaml"] + b"#\n"},
    )
    return chance.random.choice(edits)


def _regular(path: str) -> str:
    """Return the path of a file of a kind that there is: renamed ones are of none."""
    folder, name = path.split("/")[1:]
    return f"config/{folder.lower()}/{name.removesuffix('.yaml').lower()}.yaml".replace(
        "x.yaml", ".yaml"
    )
