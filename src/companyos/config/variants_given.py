"""Which variants somebody may get by what a flag's file says, in its short forms too.

What is served is plain: an answer, or the long form as a mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from companyos.config.plain import table
from companyos.digests import JSONObject


def variant_of(answer: bool | str) -> str:  # noqa: FBT001 - a flag's own value
    """Return the variant's name that an answer stands for."""
    if isinstance(answer, bool):
        return "on" if answer else "off"
    return answer


def given_by(
    served: bool | str | JSONObject,  # noqa: FBT001 - as above
    default: str,
) -> frozenset[str]:
    """Return the variants that somebody gets; a share of nothing gives nobody any."""
    if not isinstance(served, Mapping):
        return frozenset({variant_of(served)})
    if "rollout" in served:
        return _shared(table(served, "rollout"), default)
    answer = cast("bool | str | None", served.get("value", served.get("variant")))
    return frozenset() if answer is None else frozenset({variant_of(answer)})


def _shared(rollout: JSONObject, default: str) -> frozenset[str]:
    if "weights" in rollout:
        weights = cast("Mapping[str, float]", rollout["weights"])
        return frozenset(name for name, share in weights.items() if share > 0)
    percent = cast("float", rollout.get("percent", 0))
    on = {"on"} if percent > 0 else set()
    rest = {default} if percent < 100 else set()
    return frozenset(on | rest)
