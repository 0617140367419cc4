"""Policy engines of others with the rules of `worlds`, each used as well as it allows.

None of them checks input or gives reasons; the comparison of tenants stands before each
of them in Python. A peer that is not installed is left out by name.

- Cedar: policies parsed once, the subject's roles as groups, attributes as context;
- pycasbin: the fast enforcer with its policies indexed by resource type and action;
- cel-expr-python: our index of rules, its conditions compiled once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, cast

import worlds

from companyos.authz import Request
from companyos.conditions import from_wire, to_text
from companyos.digests import JSONObject, JSONValue
from companyos.documents import object_at

Ask = Callable[[Request], bool]

REGIONS = {c: name for name, all_ in worlds.COUNTRIES.items() for c in all_}


class Written(NamedTuple):
    """One rule as `worlds` has it; `text` is its condition as CEL."""

    denies: bool
    roles: tuple[str, ...]
    action: str
    when: JSONValue
    text: str


def rules_of(count: int) -> list[Written]:
    """Return the rules of a world."""
    bundles = object_at(worlds.policies_document(count)["bundles"], "bundles")
    rules = object_at(bundles["standard"], "standard")["rules"]
    return [_written(cast("JSONObject", rule)) for rule in cast("list[object]", rules)]


def _written(rule: JSONObject) -> Written:
    when = rule["when"]
    return Written(
        rule["effect"] == "deny",
        tuple(cast("list[str]", rule["roles"])),
        cast("list[str]", rule["actions"])[0],
        when,
        "" if when is None else to_text(from_wire(when)),
    )


def installed(rules: int) -> tuple[Mapping[str, Ask], tuple[str, ...]]:
    """Return the peers there are, ready to be asked, and the names of the others."""
    found: dict[str, Ask] = {}
    missing: list[str] = []
    makers = {
        "cedarpy": cedar,
        "pycasbin": casbin,
        "cel-expr-python": official_cel,
    }
    for name, make in makers.items():
        try:
            found[name] = make(rules_of(rules))
        except ImportError:
            missing.append(name)
    return found, tuple(missing)


def is_of_one_tenant(request: Request) -> bool:
    """Return whether the tenants agree, which every peer is asked after."""
    return request.tenant_id == request.subject.tenant_id == request.resource.tenant_id


def variables_of(request: Request) -> dict[str, JSONValue]:
    """Return what conditions see of a request."""
    attributes = request.subject.attributes
    return {
        "subject": {
            "attributes": dict(attributes),
            "region": REGIONS[attributes["country"]],
        },
        "resource": dict(request.resource.attributes),
    }


def cedar(rules: list[Written]) -> Ask:
    """Return Cedar with its policies parsed beforehand."""
    import cedarpy  # noqa: PLC0415 - a peer need not be installed

    policies = cedarpy.PolicySet.from_str("\n".join(map(_cedar_rule, rules)))

    def ask(request: Request) -> bool:
        if not is_of_one_tenant(request):
            return False
        entities = [
            {
                "uid": {"type": "Subject", "id": request.subject.subject_id},
                "attrs": {},
                "parents": [{"type": "Role", "id": r} for r in request.subject.roles],
            }
        ]
        asked = {
            "principal": f'Subject::"{request.subject.subject_id}"',
            "action": f'Action::"{request.action}"',
            "resource": f'Resource::"{request.resource.resource_id}"',
            "context": variables_of(request),
        }
        result = cedarpy.is_authorized(asked, policies, entities)
        return bool(result.decision == cedarpy.Decision.Allow)

    return ask


def _cedar_rule(rule: Written) -> str:
    head = "forbid" if rule.denies else "permit"
    groups = " || ".join(f'principal in Role::"{role}"' for role in rule.roles)
    roles = "" if rule.roles == ("*",) else f" when {{ {groups} }}"
    text = rule.text.replace("subject.", "context.subject.")
    text = text.replace("resource.", "context.resource.")
    if " in [" in text:
        member, _, words = text.partition(" in ")
        text = f"{words}.contains({member})"
    when = f" when {{ {text} }}" if text else ""
    return (
        f'{head}(principal, action == Action::"{rule.action}", resource){roles}{when};'
    )


CASBIN_MODEL = """
[request_definition]
r = type, act, roles, attributes, region, data_region
[policy_definition]
p = type, act, roles, condition, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = holds(r.roles, p.roles) && \
 meets(p.condition, r.attributes, r.region, r.data_region)
"""


def casbin(rules: list[Written]) -> Ask:
    """Return pycasbin's fast enforcer; conditions are its functions, in Python."""
    # A peer need not be installed, and this one has no types.
    from casbin import (  # type: ignore[import-untyped]  # noqa: PLC0415
        FastEnforcer,
    )

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.conf")
        path.write_text(CASBIN_MODEL)
        enforcer = FastEnforcer(str(path), cache_key_order=[0, 1])
    roles = {" ".join(rule.roles): frozenset(rule.roles) for rule in rules}
    everybody = frozenset("*")

    def holds(held: frozenset[str], named: str) -> bool:
        wanted = roles[named]
        return wanted == everybody or not wanted.isdisjoint(held)

    def meets(name: str, given: Mapping[str, str], region: str, data: str) -> bool:
        return PYTHON[name](given, region, data)

    enforcer.add_function("holds", holds)
    enforcer.add_function("meets", meets)
    for rule in rules:
        kind, _, verb = rule.action.partition(":")
        effect = "deny" if rule.denies else "allow"
        named = " ".join(rule.roles)
        enforcer.add_policy(kind, verb, named, _python_name(rule), effect)

    def ask(request: Request) -> bool:
        if not is_of_one_tenant(request):
            return False
        kind, _, verb = request.action.partition(":")
        subject, resource = request.subject, request.resource
        region = REGIONS[subject.attributes["country"]]
        data = resource.attributes["data_region"]
        return bool(
            enforcer.enforce(
                kind, verb, subject.roles, subject.attributes, region, data
            )
        )

    return ask


PYTHON: Mapping[str, Callable[[Mapping[str, str], str, JSONValue], bool]] = {
    "always": lambda _given, _region, _data: True,
    "in_region": lambda _given, region, data: data == region,
    "employed_in_region": lambda given, region, data: (
        data == region and given["employment_type"] != "contractor"
    ),
    "of_finance": lambda given, _region, _data: (
        given["department"] in {"finance", "legal"}
    ),
    "contractor": lambda given, _region, _data: (
        given["employment_type"] == "contractor"
    ),
}


def _python_name(rule: Written) -> str:
    named = (
        ("always", None),
        ("in_region", worlds.IN_REGION),
        ("employed_in_region", worlds.EMPLOYED_IN_REGION),
        ("of_finance", worlds.OF_FINANCE),
        ("contractor", worlds.CONTRACTOR),
    )
    return next(name for name, when in named if when == rule.when)


def concerns(rule: Written, held: frozenset[str]) -> bool:
    """Return whether a rule is about somebody with these roles."""
    return rule.roles == ("*",) or not held.isdisjoint(rule.roles)


def official_cel(rules: list[Written]) -> Ask:
    """Return the official engine behind an index like ours."""
    # A peer need not be installed, and this one has no types.
    from cel_expr_python import (  # type: ignore[import-untyped]  # noqa: PLC0415
        cel,
    )

    fields = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    environment = cel.NewEnv(variables={"subject": fields, "resource": fields})
    compiled = {
        text: environment.compile(text) for text in {rule.text for rule in rules} - {""}
    }
    index: dict[str, list[Written]] = {}
    for rule in sorted(rules, key=lambda each: not each.denies):
        index.setdefault(rule.action, []).append(rule)

    def holds(rule: Written, request: Request) -> bool:
        if rule.when is None:
            return True
        activation = environment.Activation(variables_of(request))
        return compiled[rule.text].eval(activation).plain_value() is True

    def ask(request: Request) -> bool:
        if not is_of_one_tenant(request):
            return False
        held = request.subject.roles
        for rule in index.get(request.action, ()):
            if concerns(rule, held) and holds(rule, request):
                return not rule.denies
        return False

    return ask
