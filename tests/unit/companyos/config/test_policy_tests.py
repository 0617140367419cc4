"""The files of policy tests: read with the rest, and refused where a name is wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from companyos.config.compile import compile_state
from companyos.config.load import Loaded, load
from companyos.config.policy_tests import policy_tests_of
from companyos.config.sources import read_folder
from companyos.errors import InvalidStateError

ROOT = Path(__file__).parents[4]
PATH = "config/policies/pilot-standard.tests.yaml"
TODAY = date(2026, 11, 23)


def loaded(old: str = "", new: str = "") -> Loaded:
    """Return the example with one thing changed in the tests of one bundle."""
    files = read_folder(ROOT)
    text = files[PATH].decode()
    assert old in text
    return load({**files, PATH: text.replace(old, new, 1).encode()}, today=TODAY)


def test_the_example_s_bundles_have_tests() -> None:
    """Every bundle that a tenant may use; each matrix is so many cases."""
    found = {tests.bundle_id: tests for tests in policy_tests_of(loaded())}
    assert sorted(found) == ["internal-tools", "pilot-restricted", "pilot-standard"]
    tests = found["pilot-standard"]
    assert len(tests.cases) == 8 + 5 + 10 + 5 + 5 + 10
    lines = loaded().text(PATH).splitlines()
    assert tests.cases[0].name in lines[tests.cases[0].line - 1]


def test_tests_are_not_compiled() -> None:
    """What a release signs and services load does not change with them."""
    files = read_folder(ROOT)
    without = {path: files[path] for path in files if not path.endswith(".tests.yaml")}
    assert compile_state(files) == compile_state(without)


def test_validate_checks_their_shape() -> None:
    """A key that does not exist is a finding in the file."""
    (found,) = loaded("effect: allow", "efect: allow").errors[:1]
    assert found.place.file == PATH


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("bundle_id: pilot-standard", "bundle_id: nothing", "called otherwise"),
        ("data_region: eu, data_c", "data_region: moon, data_c", "no region `moon`"),
        ("subject: ana", "subject: anna", "no subject `anna`"),
        ("resource: invoices", "resource: bills", "no resource `bills`"),
        ("allow: [cleo]", "allow: [cleo, eve]", "no subject `eve`"),
        ("deny: [ana, uma, vic, nora]", "deny: [ana, uma, vic]", "`nora` is neither"),
        ("allow: [cleo]", "allow: [cleo, vic]", "`vic` is on `allow` and on `deny`"),
    ],
)
def test_a_name_that_refers_to_nothing_is_refused(
    old: str, new: str, message: str
) -> None:
    """A table that asks about nobody would pass in silence."""
    with pytest.raises(InvalidStateError, match=message) as caught:
        policy_tests_of(loaded(old, new))
    assert str(caught.value).startswith(PATH)
