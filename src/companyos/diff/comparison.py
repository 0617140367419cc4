"""One call that tells all that a change does."""

from __future__ import annotations

from datetime import datetime

from companyos.diff.access import access_compared
from companyos.diff.causes import with_causes
from companyos.diff.flags import flags_compared
from companyos.diff.model import StateDiff
from companyos.diff.remarks import remarks_on
from companyos.diff.tenants import tenant_changes
from companyos.snapshot import Snapshot


def compare(before: Snapshot, after: Snapshot, *, now: datetime) -> StateDiff:
    """Return what `after` does otherwise than `before`; flags are asked at `now`."""
    flags = before.flags.flags.keys(), after.flags.flags.keys()
    access, access_doubts = access_compared(before, after)
    flag_changes, flag_doubts = flags_compared(before, after, now=now)
    return StateDiff(
        before_root=before.root,
        after_root=after.root,
        tenants_added=tuple(sorted(after.tenants.keys() - before.tenants.keys())),
        tenants_removed=tuple(sorted(before.tenants.keys() - after.tenants.keys())),
        tenants_changed=tenant_changes(before, after),
        flags_added=tuple(sorted(flags[1] - flags[0])),
        flags_removed=tuple(sorted(flags[0] - flags[1])),
        flags=with_causes(flag_changes, before, after),
        access=access,
        remarks=remarks_on(before, after, access),
        doubts=(*access_doubts, *flag_doubts),
    )
