"""Loading a desired state: all or nothing, and digests of what each tenant has."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TypeAlias

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

import desired_states as states
from companyos.authz import Request, Resource, decide
from companyos.digests import JSONObject, JSONValue, canonical_json
from companyos.errors import CompanyosError, IntegrityError, UsageError
from companyos.identity.subjects import Subject
from companyos.snapshot import Snapshot

ANA: JSONObject = {
    "tenant_id": "pilot-a",
    "subject_id": "ana",
    "roles": ["Analyst"],
    "attributes": {"country": "DE"},
}


def load(
    tenants: JSONValue = None, policies: JSONValue = None, flags: JSONValue = None
) -> Snapshot:
    """Load these documents, and small valid ones where none is given."""
    return Snapshot.load(
        tenants=canonical_json(tenants or states.tenants_document()),
        policies=canonical_json(policies or states.policies_document()),
        flags=canonical_json(flags or states.flags_document()),
    )


def sha256(value: object) -> str:
    """Return the digest of a value, by another implementation of RFC 8785."""
    return "sha256:" + hashlib.sha256(rfc8785.dumps(value)).hexdigest()  # type: ignore[arg-type]  # plain JSON


def test_a_snapshot_knows_its_digests() -> None:
    """A component's digest is over its bytes, the root over the components'."""
    snapshot = load()
    components = {
        "tenants": sha256(states.tenants_document()),
        "policies": sha256(states.policies_document()),
        "flags": sha256(states.flags_document()),
    }
    assert snapshot.components == components
    assert snapshot.root == sha256(components)


def test_a_snapshot_has_the_identity_settings() -> None:
    """Subjects, cache windows and tokens are read from the tenants document."""
    identity = load(states.tenants_document(subjects=[ANA])).identity
    assert identity.backend == "static"
    assert identity.cache.max_stale_seconds == 300
    assert identity.subjects[0].roles == frozenset({"Analyst"})
    assert identity.tokens is not None
    assert identity.tokens.algorithms == ("ES256",)


def test_a_snapshot_cannot_be_changed() -> None:
    """Neither its fields nor its tables can be assigned to."""
    snapshot = load()
    with pytest.raises(AttributeError):
        snapshot.root = "sha256:"  # type: ignore[misc]  # what must fail
    for table in (snapshot.tenants, snapshot.components, snapshot.policies.bundles):
        with pytest.raises(TypeError):
            table["pilot-a"] = None  # type: ignore[index]  # what must fail


WRONG_IDENTITY: list[JSONObject] = [
    {"cache": {"ttl_seconds": 30}},
    {"static": {"subjects": [ANA, ANA]}},
    {"static": {"subjects": [{**ANA, "attributes": {"country": None}}]}},
    {"static": {"subjects": [{**ANA, "tenant_id": "Pilot A"}]}},
    {"surprise": {}},
]


@pytest.mark.parametrize("change", WRONG_IDENTITY, ids=repr)
def test_wrong_identity_settings_are_refused(change: JSONObject) -> None:
    """A wrong window or subject loads nothing."""
    document = states.tenants_document()
    identity = document["identity"]
    assert isinstance(identity, Mapping)
    with pytest.raises(IntegrityError):
        load({**document, "identity": {**identity, **change}})


@pytest.mark.parametrize(
    "tenant",
    [
        {**states.tenant(), "policy_bundle_ref": "gone"},
        {**states.tenant(), "policy_bundle_ref": "base"},
        {**states.tenant(), "feature_flags": ["gone"]},
        {**states.tenant(), "data_region": "mars"},
        {**states.tenant(), "data_classification": "secret"},
        {**states.tenant(), "env": None},
        {**states.tenant(), "surprise": 1},
    ],
    ids=["bundle", "abstract", "flag", "region", "classification", "env", "unknown"],
)
def test_a_tenant_that_does_not_fit_is_refused(tenant: JSONObject) -> None:
    """Documents that disagree with each other load nothing."""
    bundles = {
        "standard": states.bundle(),
        "base": states.bundle(abstract=True),
    }
    with pytest.raises(IntegrityError):
        states.snapshot(tenants={"pilot-a": tenant}, bundles=bundles)


def test_a_country_belongs_to_one_region() -> None:
    """Otherwise the order of regions would say whose data somebody may take out."""
    regions = {"eu": {"countries": ["DE"]}, "us": {"countries": ["DE"]}}
    with pytest.raises(IntegrityError, match="two regions"):
        load({**states.tenants_document(), "regions": regions})


@pytest.mark.parametrize("name", ["tenants", "policies", "flags"])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff",
        b'{"schema":"companyos.tenants/v1","schema":"companyos.tenants/v1"}',
        b'{"schema":"companyos.tenants/v2","tenants":{},"regions":{},"identity":{}}',
        b'{"schema":"companyos.flags/v9","flags":{}}',
        b"[" * 100_000,
        b'{"schema":NaN}',
    ],
    ids=lambda data: repr(data[:30]),
)
def test_other_bytes_are_refused(name: str, data: bytes) -> None:
    """What is not the expected document is an integrity error and nothing else."""
    documents = {
        "tenants": canonical_json(states.tenants_document()),
        "policies": canonical_json(states.policies_document()),
        "flags": canonical_json(states.flags_document()),
    }
    with pytest.raises(IntegrityError):
        Snapshot.load(**{**documents, name: data})


Path: TypeAlias = tuple[str | int, ...]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=4,
)
WHOLE: JSONObject = {
    "tenants": states.tenants_document(
        {"pilot-a": states.tenant(flags=["f"])}, subjects=[ANA]
    ),
    "policies": states.policies_document({
        "base": states.bundle(states.rule("b", "deny"), abstract=True),
        "standard": states.bundle(
            states.rule("r", when=states.IN_REGION), extends=["base"]
        ),
    }),
    "flags": states.flags_document(
        {
            "f": states.flag(
                rollout=states.share(5),
                overrides={"pilot-a": states.override("on")},
                prerequisites=[{"flag": "g", "variant": "on"}],
            ),
            "g": states.flag(),
        }
    ),
}  # fmt: skip


def paths_of(value: JSONValue, path: Path = ()) -> list[Path]:
    """Return the path of everything in `value`."""
    found = [path]
    if isinstance(value, Mapping):
        for key, item in value.items():
            found += paths_of(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            found += paths_of(item, (*path, number))
    return found


def replaced(value: JSONValue, path: Path, new: JSONValue) -> JSONValue:
    """Return `value` with what is at `path` replaced."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        return {
            key: replaced(item, rest, new) if key == step else item
            for key, item in value.items()
        }
    assert isinstance(value, list)
    return [
        replaced(item, rest, new) if number == step else item
        for number, item in enumerate(value)
    ]


@given(st.sampled_from(paths_of(WHOLE)), JSON)
def test_a_change_anywhere_loads_or_is_refused_but_never_fails(
    path: Path, new: JSONValue
) -> None:
    """One value of a valid state replaced by any other gives no other exception."""
    changed = replaced(WHOLE, path, new)
    assert len(path) <= 20
    if not isinstance(changed, Mapping) or changed.keys() != WHOLE.keys():
        return
    try:
        load(**changed)
    except IntegrityError:
        pass
    except CompanyosError as error:  # pragma: no cover - would be the finding
        pytest.fail(f"{path}: {error!r}")


def test_the_order_of_keys_changes_no_decision_and_no_digest() -> None:
    """A document with its keys turned round decides alike."""

    def turned(value: JSONValue) -> JSONValue:
        if isinstance(value, Mapping):
            return {key: turned(value[key]) for key in reversed(list(value))}
        return [turned(v) for v in value] if isinstance(value, list) else value

    documents = {name: json.dumps(turned(WHOLE[name])).encode() for name in WHOLE}
    one, other = load(**WHOLE), Snapshot.load(**documents)
    assert one.tenant_digests("pilot-a") == other.tenant_digests("pilot-a")
    subject = Subject("pilot-a", "ana", frozenset({"Analyst"}), {"country": "DE"})
    resource = Resource("dataset", "d", "pilot-a", {"data_region": "eu"})
    request = Request("pilot-a", subject, "dataset:export", resource)
    assert decide(request, one).rule_id == decide(request, other).rule_id == "b"


def test_a_tenants_digests_are_over_its_own_part() -> None:
    """The three parts as they are described, by another implementation."""
    overrides = {"pilot-a": states.override("on"), "pilot-b": states.override("off")}
    flags: dict[str, JSONValue] = {
        "f": states.flag(
            overrides=overrides, prerequisites=[{"flag": "g", "variant": "on"}]
        ),
        "g": states.flag(),
        "unused": states.flag(),
    }
    bundles = {
        "base": states.bundle(states.rule("b"), abstract=True),
        "standard": states.bundle(extends=["base"]),
        "other": states.bundle(),
    }
    record = states.tenant(flags=["f"])
    tenants: dict[str, JSONValue] = {"pilot-a": record, "pilot-b": states.tenant()}
    snapshot = states.snapshot(tenants=tenants, bundles=bundles, flags=flags)
    regions = states.tenants_document()["regions"]
    reduced = {**states.flag(), "overrides": {"pilot-a": overrides["pilot-a"]},
               "prerequisites": [{"flag": "g", "variant": "on"}]}  # fmt: skip
    own = {name: bundles[name] for name in ("base", "standard")}
    assert snapshot.tenant_digests("pilot-a") == {
        "tenant": sha256({"tenant": record, "regions": regions}),
        "policies": sha256({"catalog": states.CATALOG, "bundles": own}),
        "flags": sha256({"f": reduced, "g": states.flag()}),
    }
    assert snapshot.tenant_digests("pilot-b")["flags"] == sha256({})


def test_another_tenants_override_changes_no_digest_of_ours() -> None:
    """What is overridden for one tenant leaves the parts of the others alone."""
    tenants = {n: states.tenant(flags=["f"]) for n in ("pilot-a", "pilot-b")}
    before = states.snapshot(tenants=tenants, flags={"f": states.flag()})
    overridden = states.flag(overrides={"pilot-b": states.override("on")})
    after = states.snapshot(tenants=tenants, flags={"f": overridden})
    assert before.tenant_digests("pilot-a") == after.tenant_digests("pilot-a")
    assert before.tenant_digests("pilot-b") != after.tenant_digests("pilot-b")


def test_there_is_no_digest_of_an_unknown_tenant() -> None:
    """Asking for one is the caller's mistake."""
    with pytest.raises(UsageError, match="nobody"):
        load().tenant_digests("nobody")
