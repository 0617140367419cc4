"""How findings look, to people and to programs, character for character."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from companyos.findings import Edit, Finding, Fix, Place, Related, Severity
from companyos_cli.console import Role
from companyos_cli.render.findings_json import findings_json
from companyos_cli.render.findings_text import SHOWN_PER_CHECK, findings_text

GOLDEN = Path(__file__).parent / "findings"
ACME = "config/tenants/acme.yaml"
TEXTS = {
    ACME: "tenant_id: acme\nenv: live\npolicy_bundle_ref: standart\n"
    "#\n#\n#\n#\n#\n# the next line\nname: 漢字 NO\n"
}
UNKNOWN = Finding(
    check="ref/unknown-policy",
    severity=Severity.ERROR,
    message="policy bundle `standart` does not exist",
    place=Place(ACME, 3, 20, 3, 28),
    label="no such policy bundle",
    hint="did you mean `standard`?",
    path="/policy_bundle_ref",
    value="standart",
    related=(
        Related(Place("config/policies/standard.yaml", 2, 12, 2, 20), "closest match"),
    ),
    count=3,
)
AMBIGUOUS = Finding(
    check="yaml/ambiguous-scalar",
    severity=Severity.WARNING,
    message="`NO` is not the same to every YAML reader",
    place=Place(ACME, 10, 10, 10, 12),
    path="/name",
)
MISSING = Finding(
    check="ref/missing-file",
    severity=Severity.ERROR,
    message="`config/regions.yaml` is missing",
    place=Place("config/regions.yaml"),
    hint="add it",
)
ALL = (UNKNOWN, AMBIGUOUS, MISSING)


def text_of(path: str) -> str:
    """Return the text of the files in the examples."""
    return TEXTS.get(path, "")


def test_findings_as_text() -> None:
    """Header, place, frame with a caret span, related place, help, page, totals."""
    assert findings_text(ALL, text_of) + "\n" == (GOLDEN / "findings.txt").read_text(
        "utf-8"
    )


def test_findings_as_json() -> None:
    """The versioned document; fingerprints are 32 hexadecimal digits."""
    told = json.loads(json.dumps(findings_json(ALL)))
    wanted = json.loads((GOLDEN / "findings.json").read_text("utf-8"))
    for found in told["findings"]:
        assert re.fullmatch(r"[0-9a-f]{32}", found["fingerprint"])
        found["fingerprint"] = "FINGERPRINT"
    assert told == wanted


def test_a_fix_as_json() -> None:
    """What it would write and where, and whether that could change what is meant."""
    edit = Edit(Place(ACME, 3, 20, 3, 28), "standard")
    mended = replace(UNKNOWN, fix=Fix((edit,), "write `standard`", safe=False))
    [found] = json.loads(json.dumps(findings_json((mended,))))["findings"]
    place = {"file": ACME, "line": 3, "column": 20, "end_line": 3, "end_column": 28}
    assert found["fix"] == {
        "title": "write `standard`",
        "safe": False,
        "edits": [{**place, "text": "standard"}],
    }


def test_nothing_found_is_said() -> None:
    """An empty answer is a sentence too."""
    assert findings_text((), text_of) == "nothing to report"
    assert findings_json(())["findings"] == []


def test_colour_comes_from_outside() -> None:
    """Whoever calls decides how a role looks."""
    painted = findings_text(
        (MISSING,), text_of, lambda text, role: f"<{role}>{text}</>"
    )
    assert painted.startswith(f"<{Role.ERROR}>error[ref/missing-file]</>: ")


def test_a_terminal_sees_some_of_each_check_and_how_many_more() -> None:
    """The totals count them all."""
    told = findings_text((MISSING,) * (SHOWN_PER_CHECK + 5), text_of)
    assert told.count("error[ref/missing-file]") == SHOWN_PER_CHECK
    assert "… and 5 more of ref/missing-file" in told
    assert told.endswith("25 errors")


def test_a_frame_shows_no_control_characters() -> None:
    """What would move a terminal's cursor is shown as one character."""
    place = Place("x.yaml", 1, 4, 1, 5)
    finding = Finding("yaml/character", Severity.ERROR, "a \x1b character", place)
    told = findings_text((finding,), lambda _: "a: \x1b[2J\n")
    assert "\x1b" not in told
    assert "1 | a: \N{REPLACEMENT CHARACTER}[2J" in told


def test_a_very_long_line_is_cut_around_its_span() -> None:
    """The caret stays below what it marks."""
    line = "x" * 5_000 + "HERE" + "y" * 5_000
    place = Place("x.yaml", 1, 5_001, 1, 5_005)
    finding = Finding("yaml/syntax", Severity.ERROR, "wrong", place)
    told = findings_text((finding,), lambda _: line).splitlines()
    row = next(each for each in told if each.startswith("1 | "))
    carets = next(each for each in told if "^" in each)
    assert row[carets.index("^") : carets.rindex("^") + 1] == "HERE"
    assert len(row) < 120
