"""Random rules and subjects, and one request that they are asked about."""

from __future__ import annotations

from typing import TypeAlias

from hypothesis import strategies as st

import desired_states as states
from companyos.authz import Request, Resource
from companyos.digests import JSONObject, JSONValue
from companyos.identity.subjects import Subject

EXPORT = Request(
    "pilot-a",
    states.subject(),
    "dataset:export",
    Resource("dataset", "d1", "pilot-a", {"data_region": "eu"}),
)

Sketch: TypeAlias = tuple[str, tuple[str, ...], tuple[str, ...], JSONValue]
"""Effect, roles, actions and condition of a rule."""

CONDITIONS = st.sampled_from([
    None,
    states.IN_REGION,
    states.equals(states.DEPARTMENT, "finance"),
    ["not", states.equals(states.DEPARTMENT, "finance")],
    ["has", states.ATTRIBUTES, "department"],
])  # fmt: skip
RULES = st.lists(
    st.tuples(
        st.sampled_from(["allow", "deny"]),
        st.sampled_from([("Analyst",), ("Viewer", "CompanyAdmin"), ("*",)]),
        st.sampled_from([("dataset:export",), ("dataset:read", "dataset:export")]),
        CONDITIONS,
    ),
    max_size=6,
)
SUBJECTS = st.builds(
    Subject,
    st.sampled_from(["pilot-a", "pilot-b"]),
    st.just("ana"),
    st.frozensets(st.sampled_from(["Analyst", "Viewer", "CompanyAdmin"])),
    st.fixed_dictionaries(
        {},
        optional={
            "country": st.sampled_from(["DE", "US", "BR"]),
            "department": st.sampled_from(["finance", "sales"]),
        },
    ),
)


def written(rules: list[Sketch]) -> list[JSONObject]:
    """Return generated rules in the wire format, each with its own id."""
    return [
        states.rule(f"r{n}", effect, roles=roles, actions=actions, when=when)
        for n, (effect, roles, actions, when) in enumerate(rules)
    ]
