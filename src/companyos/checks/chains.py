"""What a policy bundle consists of: its own rules and those of all that it extends."""

from __future__ import annotations

from collections.abc import Mapping

from companyos.checks.facts import BundleFacts


def chain(bundle: BundleFacts, bundles: Mapping[str, BundleFacts]) -> list[BundleFacts]:
    """Return the bundle and everything it extends, each once, however often named."""
    found: dict[str, BundleFacts] = {}
    pending = [bundle.id.text]
    while pending:
        name = pending.pop()
        if name in bundles and name not in found:
            found[name] = bundles[name]
            pending += [word.text for word in bundles[name].extends]
    return list(found.values())


def endless(bundles: Mapping[str, BundleFacts]) -> frozenset[str]:
    """Return the bundles that extend one that extends itself, or do so themselves.

    What is wrong with their rules and inherited ones may all be the circle's doing.
    """
    left = {name: each.extends for name, each in bundles.items() if each.extends}
    while settled := [
        name
        for name, bases in left.items()
        if not any(word.text in left for word in bases)
    ]:
        for name in settled:
            del left[name]
    return frozenset(left)
