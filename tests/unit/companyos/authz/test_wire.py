"""The policies document: what is not exactly right is refused."""

from __future__ import annotations

import pytest

import desired_states as states
from companyos.authz.wire import read_policies
from companyos.digests import JSONObject, JSONValue
from companyos.errors import IntegrityError

DIGEST = "sha256:" + "0" * 64


def read(**bundles: JSONValue) -> None:
    """Read a document of these bundles."""
    read_policies(states.policies_document(bundles), digest=DIGEST)


@pytest.mark.parametrize(
    "change",
    [
        {"effect": "permit"},
        {"effect": "Allow"},
        {"roles": []},
        {"roles": "Analyst"},
        {"roles": ["Root"]},
        {"roles": ["Analyst", "Analyst"]},
        {"actions": []},
        {"actions": ["*"]},
        {"actions": ["dataset:*"]},
        {"actions": ["dataset:burn"]},
        {"when": []},
        {"when": ["lit", None]},
        {"when": ["eval", "1"]},
        {"when": "true"},
        {"id": "Not An Id"},
        {"line": 1.5},
        {"unless": ["lit", True]},
    ],
    ids=repr,
)
def test_a_wrong_field_of_a_rule_is_refused(change: JSONObject) -> None:
    """A wildcard action, an unknown role or a key of another version loads nothing."""
    with pytest.raises(IntegrityError):
        read(standard=states.bundle({**states.rule("r"), **change}))


def test_a_rule_id_stands_once_in_a_bundle() -> None:
    """Two rules of one id are refused: a decision could not name which."""
    with pytest.raises(IntegrityError, match="`r` twice"):
        read(standard=states.bundle(states.rule("r"), states.rule("r", "deny")))


def test_a_rule_id_stands_once_in_all_a_bundle_extends() -> None:
    """A bundle cannot replace a base's deny by a rule of the same id."""
    with pytest.raises(IntegrityError, match="`r` twice"):
        read(
            base=states.bundle(states.rule("r", "deny"), abstract=True),
            standard=states.bundle(states.rule("r"), extends=["base"]),
        )


def test_bundles_that_extend_each_other_are_refused() -> None:
    """A circle has no base."""
    with pytest.raises(IntegrityError, match="extends itself"):
        read(a=states.bundle(extends=["b"]), b=states.bundle(extends=["a"]))


def test_an_unknown_base_is_refused() -> None:
    """A base that is not there could have held a deny."""
    with pytest.raises(IntegrityError, match="unknown `gone`"):
        read(a=states.bundle(extends=["gone"]))


def test_a_chain_is_base_first_and_each_once() -> None:
    """A base reached on two ways has its rules once."""
    policies = read_policies(
        states.policies_document({
            "base": states.bundle(states.rule("r"), abstract=True),
            "left": states.bundle(extends=["base"]),
            "right": states.bundle(extends=["base"]),
            "both": states.bundle(extends=["left", "right"]),
        }),
        digest=DIGEST,
    )  # fmt: skip
    chain = policies.bundles["both"].chain
    assert chain[0] == "base"
    assert chain[-1] == "both"
    assert sorted(chain) == ["base", "both", "left", "right"]
    assert len(policies.bundles["both"].cells["dataset:export"].allow) == 1


def test_a_very_long_chain_of_bundles_is_read() -> None:
    """Three hundred levels are read like one."""
    bundles = {f"b{n}": states.bundle(extends=[f"b{n - 1}"]) for n in range(1, 300)}
    document = states.policies_document({"b0": states.bundle(), **bundles})
    policies = read_policies(document, digest=DIGEST)
    assert policies.bundles["b299"].chain == tuple(f"b{n}" for n in range(300))


def test_alike_conditions_are_compiled_once() -> None:
    """A thousand rules that say the same share one function."""
    rules = [states.rule(f"r{n}", when=states.IN_REGION) for n in range(20)]
    document = states.policies_document({"standard": states.bundle(*rules)})
    cell = read_policies(document, digest=DIGEST).bundles["standard"].cells
    ready = cell["dataset:export"].allow
    assert len({id(rule.condition) for rule in ready}) == 1
