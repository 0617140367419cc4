"""What the tour shows, step by step.

Every line that is run, and every file that is changed, is printed: with `--keep` the
folder stays and all of it can be done again by hand.
"""

from __future__ import annotations

from companyos_cli.demo.performance import Performance
from companyos_cli.demo.platform import Platform

EXPORT = """POST URL/v1/exports '{"datasets": ["invoices", "visits"]}'"""
ARTIFACTS = "--artifact settings=dist/settings.pyz --artifact exports=dist/exports.pyz"
FLAG = "config/flags/bulk-export.yaml"
TENANT = "config/tenants/pilot-b.yaml"


def play(show: Performance, platform: Platform) -> None:
    """Play the whole tour.

    Raises:
        TourError: something did not do what the tour says.
    """
    _begin(show, platform)
    _find_and_mend(show)
    _release(show, platform)
    _refuse_tampering(show)
    _promote(show)
    _serve(show, platform)
    _ask_three_tenants(show, platform)
    _next_release(show)
    _drift(show, platform)
    _finish_next_release(show, platform)
    _roll_back_flags(show, platform)
    _roll_back_all(show, platform)
    _prove(show)


def _begin(show: Performance, platform: Platform) -> None:
    show.say("A repository holds the desired state; a bare one beside it is the remote")
    for line in (
        "git init -q -b main .",
        "git config user.name Tour",
        "git config user.email tour@platform.example",
        "git init -q --bare -b main ../platform.git",
        "git remote add origin ../platform.git",
        "companyos init",
    ):
        show.run(line)
    platform.choose_ports(show)
    _commit(show, "desired state", "config", "schemas")
    show.run("companyos trust init")
    show.proved("three tenants, a signing key, and a log whose first entry pins it")


def _find_and_mend(show: Performance) -> None:
    show.say("A mistake is found before anybody reviews it")
    right, wrong = "policy_bundle_ref: pilot-", "policy_bundle_ref: pilott-"
    show.edit(TENANT, right, wrong)
    show.run("companyos validate", status=1)
    show.edit(TENANT, wrong, right)
    show.run("companyos validate")
    show.proved("the finding names file, line and column, and how to mend it")


def _release(show: Performance, platform: Platform) -> None:
    show.say("One release: tenants, policies, flags and the services' artifacts")
    platform.build_artifacts(show)
    show.run(f"companyos release build 1.0.0 {ARTIFACTS}")
    show.run("companyos release verify 1.0.0")
    show.proved("built from a commit, signed, and made again with the same digests")


def _refuse_tampering(show: Performance) -> None:
    show.say("An artifact that was touched is refused, and so is skipping a stage")
    artifact = show.folder / "dist" / "exports.pyz"
    released = artifact.read_bytes()
    artifact.write_bytes(released + b"#")
    show.tell("one byte is added to dist/exports.pyz")
    show.run("companyos release verify 1.0.0", status=4)
    show.run("companyos promote 1.0.0 --to dev --yes", status=1)
    artifact.write_bytes(released)
    show.tell("the released file is put back")
    show.run("companyos promote 1.0.0 --to pilot --confirm pilot", status=1)
    show.proved("the signature pins every byte; a gate says what is missing")


def _promote(show: Performance) -> None:
    show.say("The release moves: dev, staging, pilot")
    for stage in ("dev", "staging"):
        show.run(f"companyos promote 1.0.0 --to {stage} --yes")
    show.run("companyos promote 1.0.0 --to pilot --confirm pilot")
    show.run("companyos status")
    show.proved("each step is one signed entry and one tag, pushed together")


def _serve(show: Performance, platform: Platform) -> None:
    show.say("Two services load what pilot carries")
    show.run("companyos sync --stage pilot --out run/pilot --once")
    platform.start_services(show)
    show.run("companyos drift report --stage pilot")
    show.proved("what runs is what was promoted, tenant by tenant")


def _ask_three_tenants(show: Performance, platform: Platform) -> None:
    show.say("The same request, three tenants, three answers")
    platform.ask(show, EXPORT, tenant="pilot-a", status=201)
    platform.ask(show, EXPORT, tenant="pilot-b", status=403, code="no_matching_rule")
    platform.ask(show, EXPORT, tenant="internal", status=403, code="feature_off")
    show.tell("the first of them in services.log, shortened:")
    show.tell(platform.decision_line(show, tenant="pilot-a"))
    show.proved("roles, regions and flags decide, and every decision says why")


def _next_release(show: Performance) -> None:
    show.say("The next release: bulk export for pilot-b, and a new name for it")
    show.run("git pull -q --ff-only")
    show.edit(FLAG, "pilot-b: false", "pilot-b: true")
    show.edit(TENANT, "display_name: Pilot B", "display_name: Pilot B (US)")
    _commit(show, "bulk export for pilot-b", "config")
    show.run(f"companyos release build 1.1.0 {ARTIFACTS}")
    show.run("companyos promote 1.1.0 --to dev --yes")
    show.run("companyos promote 1.1.0 --to staging --yes")
    show.proved("dev and staging are ahead; pilot still carries 1.0.0")


def _drift(show: Performance, platform: Platform) -> None:
    show.say("Somebody syncs the wrong stage into pilot's folder")
    show.run("companyos sync --stage staging --out run/pilot --once")
    platform.wait_until_loaded(show)
    show.run("companyos drift report --stage pilot", status=1)
    show.run("companyos sync --stage pilot --out run/pilot --once")
    platform.wait_until_loaded(show)
    show.run("companyos drift report --stage pilot")
    show.proved("drift is seen by tenant and part, and one sync mends it")


def _finish_next_release(show: Performance, platform: Platform) -> None:
    show.say("1.1.0 comes to pilot, where pilot-b may export in bulk now")
    show.run("companyos promote 1.1.0 --to pilot --confirm pilot")
    _load(show, platform)
    platform.ask(show, EXPORT, tenant="pilot-b", subject="cleo", status=201)
    show.proved("services took the new version over without a restart")


def _roll_back_flags(show: Performance, platform: Platform) -> None:
    show.say("Only the flags go back")
    show.run(
        "companyos rollback pilot --only flags --confirm pilot"
        " --reason 'bulk exports are slow in the US'"
    )
    _load(show, platform)
    show.run("companyos status")
    platform.ask(
        show, EXPORT, tenant="pilot-b", subject="cleo", status=403, code="feature_off"
    )
    show.proved("flags are 1.0.0's again, tenants and policies still 1.1.0's")


def _roll_back_all(show: Performance, platform: Platform) -> None:
    show.say("Then everything, and what was left cannot come back by accident")
    show.run(
        "companyos rollback pilot --confirm pilot --reason 'back to the known good'"
    )
    _load(show, platform)
    show.run("companyos promote 1.1.0 --to pilot --confirm pilot", status=1)
    show.run("companyos drift report --stage pilot")
    show.proved("a rollback is a new entry: history is never rewritten")


def _prove(show: Performance) -> None:
    show.say("Anybody with a clone can verify all of it, offline")
    show.run("git clone -q ../platform.git ../auditor")
    show.run("companyos --repo ../auditor log verify")
    show.run("companyos log show")
    show.proved("signatures, order, tags and history hold")


def _load(show: Performance, platform: Platform) -> None:
    show.run("companyos sync --stage pilot --out run/pilot --once")
    platform.wait_until_loaded(show)


def _commit(show: Performance, message: str, *paths: str) -> None:
    show.run(f"git add {' '.join(paths)}")
    show.run(f"git commit -q -m '{message}'")
    show.run("git push -q -u origin main")
