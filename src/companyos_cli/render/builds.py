"""What building a release did, or would do."""

from __future__ import annotations

from companyos.digests import JSONObject
from companyos.releases.appending import Appended, Settled
from companyos.releases.entries import COMPONENTS, Release
from companyos.releases.state import RecordedRelease
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.render.releases import release_document, release_text
from companyos_cli.render.tables import fields


def planned(release: Release) -> Answer:
    """Return what would be recorded."""

    def text(paint: Paint) -> str:
        rows = [
            ("would record", f"release {release.version}"),
            ("commit", release.source.commit),
            *((str(part), release.components[part]) for part in COMPONENTS),
            *((f"artifact {a.name}", a.digest) for a in release.artifacts.values()),
        ]
        return fields(rows, paint=paint)

    document: JSONObject = {
        "schema": "companyos.release-plan/v1",
        "version": release.version,
        "commit": release.source.commit,
        "components": {str(part): release.components[part] for part in COMPONENTS},
        "artifacts": {a.name: a.digest for a in release.artifacts.values()},
    }
    return Answer(text=text, document=document)


def recorded(done: Appended | Settled[RecordedRelease]) -> Answer:
    """Return what was recorded, now or by an earlier run."""
    if isinstance(done, Settled):
        return _answer(done.answer, "was already recorded")
    release = done.entry.body
    assert isinstance(release, Release)  # noqa: S101 - it is what was drafted
    verb = "was already recorded" if done.already else "recorded"
    found = done.state.releases[release.version]
    return _answer(found, verb)


def _answer(found: RecordedRelease, verb: str) -> Answer:
    version = found.release.version

    def text(paint: Paint) -> str:
        head = f"{paint(verb, Role.SUCCESS)} release {version} as entry {found.index}"
        return f"{head}\n{release_text(found, paint)}"

    return Answer(
        text=text,
        document=release_document(found),
        next_step=f"companyos promote {version} --to dev",
    )
