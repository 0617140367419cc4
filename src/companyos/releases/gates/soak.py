"""Gate `soak`: a release has stayed at the stage before for long enough, unbroken.

The longest single stay counts; stays are not added up. A clock that runs behind can
only make a stay look shorter, never longer than it says, and never negative.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from companyos.releases.entries import GateVerdict
from companyos.releases.gates.question import GateResult, Question
from companyos.releases.state import Occupation

NAME = "soak"


def gate(question: Question) -> GateResult:
    """Open once one stay at the stage before has lasted `soak_seconds`."""
    needed = timedelta(seconds=question.stage.soak_seconds)
    before = question.stage.after
    if before is None or not needed:
        return GateResult(NAME, GateVerdict.OPEN, "none asked")
    stays = [
        stay
        for stay in question.state.stage(before).history
        if stay.content.version == question.version
    ]
    if not stays:
        return GateResult(NAME, GateVerdict.CLOSED, f"never at {before}")
    longest = max(_lasted(stay, question.now) for stay in stays)
    detail = f"{_shown(longest)} of {_shown(needed)} at {before}"
    if longest >= needed:
        return GateResult(NAME, GateVerdict.OPEN, detail)
    # Only a stay that still lasts can grow to what is needed.
    opens_at = stays[-1].since + needed if stays[-1].until is None else None
    return GateResult(NAME, GateVerdict.CLOSED, detail, opens_at)


def _lasted(stay: Occupation, now: datetime) -> timedelta:
    end = now if stay.until is None else stay.until
    return max(end - stay.since, timedelta())


def _shown(time: timedelta) -> str:
    """Return a duration as `2d 3h`, `5m` or `40s`: two units, rounded down."""
    seconds = int(time.total_seconds())
    shown = []
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, length)
        if count:
            shown.append(f"{count}{unit}")
    return " ".join(shown[:2]) or "0s"
