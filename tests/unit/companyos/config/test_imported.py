"""Flags of other products: each subject keeps its variant, or the flag is refused."""

from __future__ import annotations

from typing import cast

import pytest

from companyos.config.documents import FlagDocument
from companyos.config.imported import Upkeep, imported
from companyos.digests import JSONObject, JSONValue
from companyos.flags.vocabulary import FlagKind


def one(source: str, content: JSONValue) -> JSONObject:
    """Return the only flag's document, which is one of ours."""
    (found,) = imported(source, content, Upkeep("team-data"))
    assert found.document is not None, found.reason
    FlagDocument.model_validate(found.document)
    return found.document


def refused(source: str, content: JSONValue) -> str:
    """Return why the only flag is refused."""
    (found,) = imported(source, content, Upkeep("team-data"))
    assert found.document is None
    return found.reason


def flagd(**changes: JSONValue) -> JSONObject:
    """Return a file of flagd with one flag."""
    variants: JSONValue = {"red": "r", "blue": "b"}
    flag: JSONObject = {
        "state": "ENABLED",
        "variants": variants,
        "defaultVariant": "red",
    }
    return {"flags": {"Header_Color": {**flag, **changes}}}


def launchdarkly(**changes: JSONValue) -> JSONObject:
    """Return a file of LaunchDarkly with one flag."""
    rollout: JSONValue = {
        "variations": [
            {"variation": 1, "weight": 60_000},
            {"variation": 0, "weight": 40_000},
        ]
    }
    flag: JSONObject = {
        "on": True,
        "salt": "abc",
        "variations": [True, False],
        "offVariation": 1,
        "fallthrough": {"rollout": rollout},
    }
    return {"flags": {"new-ui": {**flag, **changes}}}


def growthbook(**rule: JSONValue) -> JSONObject:
    """Return a payload of GrowthBook with one feature of one rule."""
    return {"features": {"new-ui": {"defaultValue": False, "rules": [rule]}}}


def unleash(**strategy: JSONValue) -> JSONObject:
    """Return a file of Unleash with one feature of one strategy."""
    feature: JSONObject = {"name": "new-ui", "enabled": True, "strategies": [strategy]}
    return {"features": [feature]}


FRACTIONAL: JSONValue = {"fractional": [["blue", 1], ["red", 3]]}


def test_flagd_keeps_order_and_hashes_with_its_own_key() -> None:
    """The id becomes one of ours; the salt stays what flagd hashed."""
    found = one("flagd", flagd(targeting=FRACTIONAL))
    assert (found["flag_id"], found["salt"]) == ("header-color", "Header_Color")
    assert found["rollout"] == {
        "by": "subject",
        "weights": {"blue": 25, "red": 75},
        "order": ["blue", "red"],
    }
    assert found["bucketing"] == "flagd/3"
    assert one("flagd/2", flagd(targeting=FRACTIONAL))["bucketing"] == "flagd/2"


def test_launchdarkly_s_salt_holds_the_key() -> None:
    """Its variations are shares in their own order, here off first."""
    found = one("launchdarkly", launchdarkly())
    assert (found["bucketing"], found["salt"]) == ("launchdarkly", "new-ui.abc")
    assert found["rollout"] == {
        "by": "subject",
        "weights": {"off": 60, "on": 40},
        "order": ["off", "on"],
    }
    targets: JSONValue = [
        {"contextKind": "tenant", "values": ["pilot-a"], "variation": 0}
    ]
    found = one("launchdarkly", launchdarkly(contextTargets=targets))
    assert found["per_tenant_overrides"] == {"pilot-a": True}


def test_a_flag_that_is_off_is_killed() -> None:
    """And gives what it gave."""
    found = one("launchdarkly", launchdarkly(on=False))
    assert (found["state"], found["off"]) == ("killed", False)


def test_growthbook_s_coverage_and_experiments() -> None:
    """A forced share is a rollout; an experiment's key is its salt."""
    found = one("growthbook", growthbook(force=True, coverage=0.2, hashVersion=2))
    assert (found["bucketing"], found["salt"]) == ("growthbook/2", "new-ui")
    rollout = cast("JSONObject", found["rollout"])
    assert rollout["weights"] == {"on": 20, "off": 80}
    found = one("growthbook", growthbook(variations=[False, True], key="exp"))
    rollout = cast("JSONObject", found["rollout"])
    assert (found["bucketing"], found["salt"]) == ("growthbook/1", "exp")
    assert rollout["order"] == ["off", "on"]


def test_unleash_s_group_is_the_salt() -> None:
    """A gradual rollout in whole percents."""
    parameters: JSONValue = {"rollout": "37", "groupId": "g", "stickiness": "userId"}
    found = one("unleash", unleash(name="flexibleRollout", parameters=parameters))
    assert (found["bucketing"], found["salt"]) == ("unleash", "g")
    rollout = cast("JSONObject", found["rollout"])
    assert rollout["weights"] == {"on": 37, "off": 63}


@pytest.mark.parametrize(
    ("source", "content", "said"),
    [
        ("flagd", flagd(state="DISABLED"), "disabled"),
        ("flagd", flagd(targeting={"if": []}), "more than"),
        ("flagd", flagd(targeting={"fractional": [{"var": "email"}]}), "of its own"),
        ("flagd", flagd(targeting={"fractional": [["red", 1], ["blue", 2]]}),
         "decimals"),
        ("flagd", flagd(targeting={"fractional": [["green"]]}), "no variant"),
        ("flagd", flagd(defaultVariant=None), "default"),
        ("flagd", flagd(variants={"red": 1, "blue": "b"}), "one type"),
        ("flagd", {"flags": {"7": flagd()["flags"]}}, "`Header_Color`"),
        ("launchdarkly", launchdarkly(rules=[{}]), "rules"),
        ("launchdarkly", launchdarkly(variations=[True, True]), "same boolean"),
        ("launchdarkly", launchdarkly(offVariation=None), "being off"),
        ("growthbook", growthbook(force=True, condition={}), "`condition`"),
        ("growthbook", growthbook(force=True, hashAttribute="company"), "`company`"),
        ("growthbook", growthbook(variations=[False, True], coverage=0.5), "out"),
        ("growthbook", growthbook(force=True, seed="a b"), "plain ASCII"),
        ("unleash", unleash(name="userWithId"), "`userWithId`"),
        ("unleash", unleash(name="default", constraints=[{}]), "constraints"),
    ],
)  # fmt: skip
def test_what_would_move_somebody_is_refused(
    source: str, content: JSONValue, said: str
) -> None:
    """The reason says which part our files cannot say."""
    assert said in refused(source, content)


def test_what_no_product_tells_is_written_where_it_is_said() -> None:
    """Kind and last day; without them a file says neither."""
    upkeep = Upkeep("team-data", FlagKind.PERMISSION, "2027-01-31")
    (found,) = imported("flagd", flagd(), upkeep)
    assert found.document is not None
    assert found.document["kind"] == "permission"
    assert found.document["expires_at"] == "2027-01-31"
    assert not {"kind", "expires_at"} & one("flagd", flagd()).keys()


def test_two_flags_never_share_an_id() -> None:
    """Neither is written."""
    flag = cast("JSONObject", flagd()["flags"])["Header_Color"]
    found = imported(
        "flagd", {"flags": {"a_b": flag, "a-b": flag}}, Upkeep("team-data")
    )
    assert [each.reason for each in found] == [
        "another flag would have the same id"
    ] * 2
