"""Bucketings of other products: the vectors that they publish.

| product | repository | file |
|---|---|---|
| flagd | open-feature/flagd-testbed | gherkin/targeting.feature, `@fractional-v2` |
| Unleash | Unleash/client-specification | specifications/03-gradual-rollout-user-id-… |
| GrowthBook | growthbook/growthbook-python | tests/cases.json, the section `hash` |
| LaunchDarkly | launchdarkly/python-server-sdk | …/impl/test_evaluator_bucketing.py |

tests/oracle/test_bucketing_peers.py asks the products' own SDKs about many more keys.
"""

from __future__ import annotations

import pytest

from companyos.flags.pins import BUCKETINGS

SUITS = ("clubs", "diamonds", "hearts", "spades")


def share(name: str, salt: str, key: str, weights: tuple[int, ...]) -> int:
    """Return which share a key falls into."""
    bucketing = BUCKETINGS[name]
    bounds = [sum(weights[: n + 1]) for n in range(len(weights))]
    number = bucketing.numbers(salt)(key)
    return sum(limit <= number for limit in bucketing.limits(bounds))


@pytest.mark.parametrize(
    ("salt", "key", "expected"),
    [
        ("fractional-flag", "jack", "hearts"),
        ("fractional-flag", "queen", "spades"),
        ("fractional-flag", "ten", "clubs"),
        ("fractional-flag", "nine", "diamonds"),
        ("fractional-flag", "3", "clubs"),
        ("shared-seed", "seven", "hearts"),
        ("shared-seed", "eight", "diamonds"),
        ("shared-seed", "nine", "clubs"),
        ("shared-seed", "two", "spades"),
    ],
)
def test_flagd_2_gives_the_shares_of_its_testbed(
    salt: str, key: str, expected: str
) -> None:
    """The examples of `Fractional operator` and `… with shared seed`."""
    assert SUITS[share("flagd/2", salt, key, (25, 25, 25, 25))] == expected


@pytest.mark.parametrize(("key", "on"), [("122", True), ("155", False)])
def test_unleash_gives_the_answers_of_its_specification(key: str, *, on: bool) -> None:
    """`Feature.B3`: half of the users of group AB12A."""
    assert (share("unleash", "AB12A", key, (50, 50)) == 0) is on


@pytest.mark.parametrize(
    ("version", "salt", "key", "expected"),
    [
        (1, "", "a", 220),
        (1, "", "b", 77),
        (1, "b", "a", 946),
        (1, "ef", "d", 652),
        (1, "asdf", "8952klfjas09ujk", 549),
        (1, "", "123", 11),
        (1, "", '___)((*":&', 563),
        (2, "seed", "a", 505),
        (2, "seed", "b", 2696),
        (2, "foo", "ab", 2575),
        (2, "foo", "def", 2019),
        (2, "89123klj", "8952klfjas09ujkasdf", 1240),
        (2, "90850943850283058242805", "123", 7516),
        (2, "()**(%$##$%#$#", '___)((*":&', 128),
    ],
)
def test_growthbook_gives_the_numbers_of_its_cases(
    version: int, salt: str, key: str, expected: int
) -> None:
    """All of them but the one of a version that there is not."""
    assert BUCKETINGS[f"growthbook/{version}"].numbers(salt)(key) == expected


@pytest.mark.parametrize(
    ("salt", "key", "expected"),
    [
        ("hashKey.saltyA", "userKeyA", 0.42157587),
        ("hashKey.saltyA", "userKeyB", 0.6708485),
        ("hashKey.saltyA", "userKeyC", 0.10343106),
        ("hashKey.saltyA", "33333", 0.54771423),
        ("61", "userKeyA", 0.09801207),
        ("61", "userKeyB", 0.14483777),
        ("61", "userKeyC", 0.9242641),
    ],
)
def test_launchdarkly_gives_the_buckets_of_its_tests(
    salt: str, key: str, expected: float
) -> None:
    """By key, by a whole number, and with the seed 61."""
    number = BUCKETINGS["launchdarkly"].numbers(salt)(key)
    assert number / (16**15 - 1) == pytest.approx(expected)


def test_growthbook_adds_weights_up_as_doubles() -> None:
    """0.1 + 0.2 is beyond 0.3 in doubles, so the bucket at 0.3 is of the second."""
    limits = BUCKETINGS["growthbook/2"].limits((10_000, 30_000, 100_000))
    assert limits[:2] == (1000, 3001)


@pytest.mark.parametrize("name", sorted(BUCKETINGS))
def test_every_key_has_a_share_with_weight(name: str) -> None:
    """Shares of nothing, first, between and last, get nobody."""
    found = {
        share(name, "salt", f"user-{n}", (0, 40_000, 0, 60_000, 0)) for n in range(300)
    }
    assert found == {1, 3}
