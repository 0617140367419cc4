"""Desired states of any size, with planted faults: the oracle of what checks must find.

The same seed gives the same files. Every planted fault is known by its file, line and
the name of the check that must report it; without faults nothing is to be reported.
By hand: `python -m desired_state_generator OUT --tenants 10000` in `tests/`.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

TODAY = date(2026, 6, 1)
"""The day on which a state without faults has nothing to report."""

_SYLLABLES = (
    *("ba", "co", "da", "el", "fi", "go", "ha", "in", "jo", "ka", "lu", "mi"),
    *("no", "or", "pa", "ra", "so", "ta", "um", "vi", "wo", "xe"),
)
_TYPES = ("account", "dataset", "invoice", "job", "ledger", "model", "report", "vault")
_VERBS = ("create", "delete", "export", "read", "share", "update")
_DEPARTMENTS = ("finance", "legal", "operations", "platform", "sales", "support")
_STAGES = ("dev", "staging", "pilot")
_REGIONS = {"eu": ("DE", "FR", "SE"), "us": ("US",), "ap": ("IN", "JP")}
_CLASSES = ("public", "internal", "confidential", "restricted")
_FLAGS_EACH = 3
_SAME_REGION = "resource.data_region == subject.region"


@dataclass(frozen=True, slots=True)
class Size:
    """How many files of each kind that there are many of."""

    tenants: int = 60
    bundles: int = 12
    flags: int = 20


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault, where it is, and the check that must name exactly this line."""

    fault: str
    file: str
    line: int
    check: str


@dataclass(frozen=True, slots=True)
class DesiredState:
    """The files, and the faults that were planted in them."""

    files: Mapping[str, bytes]
    planted: tuple[Planted, ...] = ()


@dataclass(slots=True)
class Draft:
    """A file being written: its lines, and the lines that have a name."""

    path: str
    lines: list[str] = field(default_factory=list)
    named: dict[str, int] = field(default_factory=dict)
    raw: bytes | None = None

    def add(self, text: str, name: str = "") -> None:
        """Add a line, and remember it by `name`."""
        if name:
            self.named[name] = len(self.lines)
        self.lines.append(text)

    def data(self) -> bytes:
        """Return the file."""
        return self.raw or ("\n".join(self.lines) + "\n").encode()


@dataclass(slots=True)
class Drafts:
    """All files being written, the many by kind."""

    tenants: list[Draft]
    bundles: list[Draft]
    flags: list[Draft]
    governing: dict[str, Draft]

    def each(self) -> list[Draft]:
        """Return every file."""
        return [*self.tenants, *self.bundles, *self.flags, *self.governing.values()]


def generate(
    seed: int, size: Size | None = None, *, faults: Sequence[str] = ()
) -> DesiredState:
    """Return a desired state with one fault for every name in `faults`."""
    chance = random.Random(seed)  # noqa: S311 - the same again is the point
    drafts = _drafts(chance, size or Size())
    pools = {
        "tenant": chance.sample(drafts.tenants, len(drafts.tenants)),
        "bundle": chance.sample(drafts.bundles, len(drafts.bundles)),
        "flag": chance.sample(drafts.flags, len(drafts.flags)),
    }
    planted = tuple(_plant(name, pools) for name in faults)
    files = {draft.path: draft.data() for draft in drafts.each()}
    return DesiredState(dict(sorted(files.items())), planted)


def write(state: DesiredState, root: Path) -> None:
    """Write the files below `root`."""
    for folder in {(root / path).parent for path in state.files}:
        folder.mkdir(parents=True, exist_ok=True)
    for path, data in state.files.items():
        (root / path).write_bytes(data)


# The files without faults.


def _drafts(chance: random.Random, size: Size) -> Drafts:
    tenants = _ids(chance, size.tenants, "")
    bundles = _ids(chance, size.bundles, "")
    flags = _ids(chance, size.flags, "ff-")
    takes: dict[str, set[str]] = {name: set() for name in tenants}
    for index, name in enumerate(flags):
        # Two at least, of which one has no override: or the flag made no difference.
        takes[tenants[index % len(tenants)]].add(name)
        takes[tenants[(index + 1) % len(tenants)]].add(name)
    for name in tenants:
        missing = max(0, min(_FLAGS_EACH, len(flags)) - len(takes[name]))
        takes[name] |= set(chance.sample(flags, missing))
    holders: dict[str, list[str]] = {name: [] for name in flags}
    for tenant, taken in takes.items():
        for name in sorted(taken):
            holders[name].append(tenant)
    return Drafts(
        [
            _tenant(chance, name, bundles[index % len(bundles)], sorted(takes[name]))
            for index, name in enumerate(tenants)
        ],
        [_bundle(chance, name) for name in bundles],
        [_flag(chance, name, holders[name]) for name in flags],
        _governing(flags),
    )


def _ids(chance: random.Random, count: int, prefix: str) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        found[f"{prefix}{_word(chance, 3)}-{chance.randint(1, 9999)}"] = None
    return list(found)


def _word(chance: random.Random, syllables: int) -> str:
    return "".join(chance.choice(_SYLLABLES) for _ in range(syllables))


def _begun(folder: str, name: str, kind: str) -> Draft:
    draft = Draft(f"config/{folder}/{name}.yaml")
    draft.add(f"# yaml-language-server: $schema=../../schemas/{kind}.schema.json")
    return draft


def _tenant(
    chance: random.Random, name: str, bundle: str, flags: Sequence[str]
) -> Draft:
    draft = _begun("tenants", name, "tenant")
    draft.add(f"tenant_id: {name}", "id")
    draft.add(f'display_name: "{name.title()} Gmbh"', "display_name")
    draft.add(f"env: {chance.choice(_STAGES)}", "env")
    draft.add(f"policy_bundle_ref: {bundle}", "bundle")
    draft.add("feature_flags:", "flags")
    for index, flag in enumerate(flags):
        draft.add(f"  - {flag}", f"flag{index}")
    draft.add(f"data_region: {chance.choice(list(_REGIONS))}", "region")
    draft.add(f"owner_contact: owner@{name}.example  # who answers", "contact")
    draft.add(f"data_classification: {chance.choice(_CLASSES)}", "classification")
    return draft


def _bundle(chance: random.Random, name: str) -> Draft:
    draft = _begun("policies", name, "policy")
    draft.add(f"bundle_id: {name}", "id")
    draft.add(f"description: What people may do in {_word(chance, 2)}.", "description")
    draft.add("tags: [generated]", "tags")
    draft.add("rules:", "rules")
    for index, kind in enumerate(_TYPES):
        verb = chance.choice(_VERBS)
        draft.add(f"  - id: r{index:02d}-{_word(chance, 2)}", f"rule{index}")
        draft.add("    effect: allow", f"effect{index}")
        draft.add(
            f"    roles: [{chance.choice(('Analyst', 'Admin'))}]", f"roles{index}"
        )
        draft.add(f'    actions: ["{kind}:{verb}"]', f"actions{index}")
        draft.add(f"    when: {_condition(chance)}", f"when{index}")
        draft.add(f"    reason: {kind} is for those who need it", f"reason{index}")
    return draft


def _condition(chance: random.Random) -> str:
    first, second = chance.sample(_DEPARTMENTS, 2)
    return chance.choice(
        (
            _SAME_REGION,
            f"subject.attributes.department in ['{first}', '{second}']",
            f"subject.attributes.department == '{first}' && {_SAME_REGION}",
            f"tenant.env != 'dev' || subject.attributes.department == '{first}'",
        )
    )


def _flag(chance: random.Random, name: str, tenants: Sequence[str]) -> Draft:
    default = chance.choice((True, False))
    draft = _begun("flags", name, "flag")
    draft.add(f"flag_id: {name}", "id")
    draft.add(f"description: Turns on {_word(chance, 3)}.", "description")
    draft.add(f"owner: team-{_word(chance, 2)}", "owner")
    draft.add("kind: release", "kind")
    draft.add(f"default: {_yaml(default)}", "default")
    draft.add("per_tenant_overrides:", "overrides")
    chosen = chance.sample(list(tenants), min(3, len(tenants) - 1))
    for index, tenant in enumerate(sorted(chosen)):
        draft.add(f"  {tenant}: {_yaml(not default)}", f"override{index}")
    draft.add("rules:", "rules")
    draft.add(f"  - name: first-{_word(chance, 2)}", "rule0")
    department = chance.choice(_DEPARTMENTS)
    draft.add(f"    when: subject.attributes.department == '{department}'", "when0")
    draft.add(f"    serve: {_yaml(not default)}", "serve0")
    draft.add(f"rollout: {{percent: {chance.randint(1, 99)}, by: subject}}", "rollout")
    draft.add(f"expires_at: 2026-07-{chance.randint(1, 5):02d}", "expires")
    return draft


def _yaml(value: bool) -> str:  # noqa: FBT001 - a flag's own value
    return "true" if value else "false"


def _governing(flags: Sequence[str]) -> dict[str, Draft]:
    made = {
        name: Draft(f"config/{name}.yaml")
        for name in ("catalog", "identity", "regions", "signers", "stages")
    }
    for name, draft in made.items():
        draft.add(f"# yaml-language-server: $schema=../schemas/{name}.schema.json")
    _catalog(made["catalog"], flags)
    _identity(made["identity"])
    _regions(made["regions"])
    _signers(made["signers"])
    _stages(made["stages"])
    return made


def _catalog(draft: Draft, flags: Sequence[str]) -> None:
    draft.add("roles:", "roles")
    draft.add("  Analyst: {description: Works with what there is.}", "role0")
    draft.add("  Admin: {description: Answers for it.}", "role1")
    draft.add("subject:", "subject")
    for name in ("department", "country", "employment_type"):
        draft.add(f"  {name}: {{type: string}}", name)
    draft.add("resource_types:")
    for name in _TYPES:
        draft.add(f"  {name}:", f"type-{name}")
        draft.add(f"    description: One {name}.")
        draft.add("    attributes: {data_region: {type: string}}")
    draft.add("actions:")
    for kind in _TYPES:
        for verb in _VERBS:
            draft.add(f"  {kind}:{verb}: {{description: To {verb} one.}}")
    draft.add("services:")
    draft.add("  backend:")
    draft.add("    actions:")
    for kind in _TYPES:
        listed = ", ".join(f'"{kind}:{verb}"' for verb in _VERBS)
        draft.add(f"      # {kind}")
        for each in listed.split(", "):
            draft.add(f"      - {each}")
    draft.add("    flags:" if flags else "    flags: []")
    for name in flags:
        draft.add(f"      - {name}")


def _identity(draft: Draft) -> None:
    draft.add("backend: static", "backend")
    draft.add("static: {subjects: []}", "static")
    draft.add("tokens:")
    draft.add("  issuer: https://id.companyos.example")
    draft.add("  audience: companyos")
    draft.add("  algorithms: [ES256]", "algorithms")
    draft.add("  tenants_claim: tenants")


def _regions(draft: Draft) -> None:
    draft.add("regions:")
    for name, countries in _REGIONS.items():
        draft.add(f"  {name}:")
        draft.add(f"    description: The region {name}.")
        draft.add(f"    countries: [{', '.join(countries)}]", f"countries-{name}")


def _signers(draft: Draft) -> None:
    draft.add("root_threshold: 1", "threshold")
    draft.add("signers:")
    draft.add("  owner:")
    draft.add("    person: owner@companyos.example")
    draft.add('    may: [root, release, "promote:*", "rollback:*"]', "may")
    draft.add(
        "    public_key: MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAED5o/I7LRdjpDaSUjC11ug21r"
        "Q6dJ0TO8wLxfqkWPRcPB0zgBiujr5F7jpj1MmNvVTPPzqmRAkIS3vRYWhpMokQ=="
    )


def _stages(draft: Draft) -> None:
    draft.add("log: {branch: main, remote: origin}")
    draft.add("stages:")
    url = "http://127.0.0.1:9101/.well-known/companyos/state"
    draft.add("  dev:")
    draft.add(f"    services: {{backend: {url}}}")
    for before, name in pairwise(_STAGES):
        draft.add(f"  {name}:")
        draft.add(f"    after: {before}", f"after-{name}")
        draft.add(f"    services: {{backend: {url}}}", f"services-{name}")


# The faults: each changes one file and returns the line that must be named.


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault: which kind of file it is for, what finds it, how it is made."""

    kind: str
    check: str
    make: Callable[[Draft], int]


def _changed(name: str, text: str) -> Callable[[Draft], int]:
    """Replace a line."""

    def make(draft: Draft) -> int:
        line = draft.named[name]
        draft.lines[line] = text
        return line

    return make


def _edited(name: str, old: str, new: str) -> Callable[[Draft], int]:
    """Change a part of a line."""

    def make(draft: Draft) -> int:
        line = draft.named[name]
        assert old in draft.lines[line]
        draft.lines[line] = draft.lines[line].replace(old, new)
        return line

    return make


def _added(name: str, text: str) -> Callable[[Draft], int]:
    """Add a line behind another."""

    def make(draft: Draft) -> int:
        line = draft.named[name] + 1
        draft.lines.insert(line, text)
        return line

    return make


def _removed(name: str, shown: int = 1) -> Callable[[Draft], int]:
    """Remove a line; the finding is at line index `shown`, where the mapping begins."""

    def make(draft: Draft) -> int:
        del draft.lines[draft.named[name]]
        return shown

    return make


def _appended(*texts: str, shown: int = 0) -> Callable[[Draft], int]:
    """Add lines at the end."""

    def make(draft: Draft) -> int:
        line = len(draft.lines)
        draft.lines.extend(texts)
        return line + shown

    return make


def _excluded(name: str, when: str) -> Callable[[Draft], int]:
    """Give a rule a condition that is never true; the finding is at the rule's name."""

    def make(draft: Draft) -> int:
        line = draft.named[when]
        department = "subject.attributes.department"
        draft.lines[line] = (
            f"    when: {department} == 'sales' && {department} in ['legal', 'support']"
        )
        return draft.named[name]

    return make


def _latin_1(draft: Draft) -> int:
    draft.raw = draft.data().replace(b"Gmbh", b"Gmb\xfc")
    return draft.named["display_name"]


def _marked(draft: Draft) -> int:
    draft.raw = b"\xef\xbb\xbf" + draft.data()
    return 0


def _emptied(draft: Draft) -> int:
    draft.raw = b"# nothing\n"
    return 0


def _second_id(draft: Draft) -> int:
    line = draft.named["rule1"]
    draft.lines[line] = draft.lines[draft.named["rule0"]]
    return line


def _extended(draft: Draft) -> int:
    name = draft.lines[draft.named["id"]].removeprefix("bundle_id: ")
    return _added("tags", f"extends: [{name}]")(draft)


def _default_in_rule(draft: Draft) -> int:
    return _changed("serve0", "    serve: larg")(draft)


def _blanked(draft: Draft, line: int) -> int:
    draft.lines[line] = "# no schema"
    return line


def _twice(draft: Draft, name: str) -> int:
    line = draft.named[name]
    draft.lines.insert(line + 1, draft.lines[line])
    return line + 1


def _unknown_flag(draft: Draft) -> int:
    line = len(draft.lines)
    while not draft.lines[line - 1].startswith("  - "):
        line -= 1
    draft.lines.insert(line, "  - nosuch-flag")
    return line


FAULTS: Mapping[str, Fault] = {
    "duplicate-key": Fault("tenant", "yaml/duplicate-key", _added("env", "env: dev")),
    "tab": Fault("tenant", "yaml/character", _changed("env", "env:\tdev")),
    "bidi": Fault(
        "tenant", "yaml/character", _changed("display_name", "display_name: a\u202eb")
    ),
    "bad-indent": Fault(
        "tenant", "yaml/syntax", _changed("region", " data_region: eu")
    ),
    "second-document": Fault(
        "tenant", "yaml/multi-document", _appended("---", "tenant_id: x")
    ),
    "latin-1": Fault("tenant", "yaml/encoding", _latin_1),
    "byte-order-mark": Fault("tenant", "yaml/bom", _marked),
    "empty": Fault("tenant", "yaml/empty", _emptied),
    "anchor": Fault(
        "tenant", "yaml/tag-or-anchor", _edited("env", "env: ", "env: &a ")
    ),
    "alias": Fault("tenant", "yaml/alias", _changed("env", "env: *a")),
    "merge-key": Fault("tenant", "yaml/merge-key", _added("env", "<<: {}")),
    "norway": Fault(
        "tenant", "yaml/ambiguous-scalar", _changed("display_name", "display_name: NO")
    ),
    "no-modeline": Fault("tenant", "yaml/modeline", lambda d: _blanked(d, 0)),
    "unknown-key": Fault(
        "tenant", "schema/additional-property", _added("env", "polcy: x")
    ),
    "missing-key": Fault("tenant", "schema/required", _removed("env")),
    "number-for-text": Fault(
        "tenant", "schema/type", _changed("display_name", "display_name: 1.10")
    ),
    "wrong-word": Fault(
        "tenant",
        "schema/enum",
        _changed("classification", "data_classification: secret"),
    ),
    "wrong-form": Fault(
        "tenant", "schema/pattern", _changed("contact", "owner_contact: nobody")
    ),
    "flag-twice": Fault("tenant", "schema/unique-items", lambda d: _twice(d, "flag0")),
    "unknown-bundle": Fault(
        "tenant", "ref/unknown-policy", _edited("bundle", "ref: ", "ref: nosuch-")
    ),
    "unknown-flag": Fault("tenant", "ref/unknown-flag", _unknown_flag),
    "unknown-region": Fault(
        "tenant", "ref/unknown-region", _changed("region", "data_region: mars")
    ),
    "unknown-stage": Fault("tenant", "ref/unknown-stage", _changed("env", "env: prod")),
    "wrong-name": Fault("tenant", "id/filename-mismatch", _edited("id", ": ", ": x")),
    "rule-id-twice": Fault("bundle", "policy/duplicate-rule-id", _second_id),
    "extends-itself": Fault("bundle", "policy/extends-cycle", _extended),
    "unknown-role": Fault(
        "bundle", "ref/unknown-role", _changed("roles0", "    roles: [Nobody]")
    ),
    "unknown-action": Fault(
        "bundle",
        "ref/unknown-action",
        _changed("actions0", '    actions: ["account:paint"]'),
    ),
    "wrong-effect": Fault(
        "bundle", "schema/enum", _changed("effect0", "    effect: maybe")
    ),
    "unknown-attribute": Fault(
        "bundle", "policy/condition", _changed("when0", "    when: subject.age == 1")
    ),
    "half-a-condition": Fault(
        "bundle", "policy/condition", _changed("when1", "    when: subject.id ==")
    ),
    "misspelt-stage": Fault(
        "bundle",
        "ref/unknown-value",
        _changed("when2", "    when: tenant.env == 'dve'"),
    ),
    "never-true": Fault(
        "bundle", "policy/unreachable-rule", _excluded("rule3", "when3")
    ),
    "unknown-tenant": Fault(
        "flag", "ref/unknown-tenant", _added("overrides", "  nosuch-tenant: true")
    ),
    "expired": Fault(
        "flag", "flag/expired", _changed("expires", "expires_at: 2024-01-31")
    ),
    "no-such-day": Fault(
        "flag", "schema/format", _changed("expires", "expires_at: 2027-02-30")
    ),
    "no-owner": Fault("flag", "schema/required", _removed("owner")),
    "too-much": Fault(
        "flag", "schema/maximum", _changed("rollout", "rollout: {percent: 140}")
    ),
    "both-shares": Fault(
        "flag",
        "schema/one-of",
        _changed("rollout", 'rollout: {percent: 1, weights: {"on": 100}}'),
    ),
    "unknown-variant": Fault("flag", "flag/unknown-variant", _default_in_rule),
    "flag-condition": Fault(
        "flag", "flag/condition", _changed("when0", "    when: resource.id == 'x'")
    ),
    "misspelt-role": Fault(
        "flag",
        "ref/unknown-value",
        _changed("when0", "    when: '!(\"Analist\" in subject.roles)'"),
    ),
    "tenant-in-condition": Fault(
        "flag",
        "ref/unknown-value",
        _changed("when0", "    when: tenant.id in ['nosuch-tenant']"),
    ),
    "never-asked": Fault("flag", "flag/unreachable-rule", _excluded("rule0", "when0")),
    "unknown-prerequisite": Fault(
        "flag",
        "flag/unknown-prerequisite",
        _appended("prerequisites: [{flag: nosuch-flag, value: true}]"),
    ),
}
"""Every kind of fault by its name."""


def _plant(name: str, pools: Mapping[str, list[Draft]]) -> Planted:
    fault = FAULTS[name]
    draft = pools[fault.kind].pop()
    line = fault.make(draft)
    return Planted(name, draft.path, line + 1, fault.check)


def main() -> None:
    """Write a desired state, and its faults beside it as one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tenants", type=int, default=60)
    parser.add_argument("--bundles", type=int, default=12)
    parser.add_argument("--flags", type=int, default=20)
    parser.add_argument("--fault", action="append", default=[], choices=sorted(FAULTS))
    told = parser.parse_args()
    size = Size(told.tenants, told.bundles, told.flags)
    state = generate(told.seed, size, faults=told.fault)
    write(state, told.out)
    rows = [json.dumps(vars_of(each)) for each in state.planted]
    (told.out / "faults.jsonl").write_text("".join(f"{row}\n" for row in rows), "utf-8")


def vars_of(planted: Planted) -> dict[str, str | int]:
    """Return a fault as JSON."""
    return {
        "fault": planted.fault,
        "file": planted.file,
        "line": planted.line,
        "check": planted.check,
    }


if __name__ == "__main__":
    main()
