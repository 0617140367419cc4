"""Values left for the next run: all of them or none, and none that is not right."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest

from companyos_cli.result_cache import ResultCache

FIRST = {"state": b"one", "file:a": b"A", "file:b": b"B"}


def opened(path: Path, key: str = "key") -> ResultCache:
    """Return the cache in a file."""
    return ResultCache(path, key, now_ns=0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file with values of a first run."""
    cache = opened(tmp_path / "cache" / "values")
    assert not cache.begin()
    cache.keep(FIRST.items(), instead_of=None)
    return tmp_path / "cache" / "values"


def values(path: Path, key: str = "key") -> dict[str, bytes]:
    """Return everything that is kept."""
    cache = opened(path, key)
    found = {}
    if cache.begin():
        found = {f"file:{n}": data for n, data in cache.under("file:").items()}
        state = cache.get("state")
        found |= {} if state is None else {"state": state}
    cache.end()
    assert not cache.is_corrupt
    return found


def test_values_are_kept_and_changed(path: Path) -> None:
    """Those that are not named stay, and one can be taken away."""
    assert values(path) == FIRST
    cache = opened(path)
    assert cache.begin()
    new = {"state": b"two", "file:c": b"C"}
    cache.keep(new.items(), ["file:a"], instead_of=b"one")
    assert values(path) == {"file:b": b"B", **new}


def test_values_of_another_version_are_not_there(path: Path) -> None:
    """Neither read by it nor left over."""
    assert values(path, "other") == {}
    cache = opened(path, "other")
    assert not cache.begin()
    cache.keep([("state", b"new")], instead_of=None)
    assert values(path, "other") == {"state": b"new"}
    assert values(path) == {}


def test_of_two_runs_at_once_the_quicker_one_is_kept(path: Path) -> None:
    """The other one has not seen what that one did."""
    slow, quick = opened(path), opened(path)
    assert slow.begin()
    assert quick.begin()
    assert slow.get("state") == quick.get("state") == b"one"
    slow.end()
    quick.keep([("state", b"quick")], instead_of=b"one")
    slow.keep([("state", b"slow"), ("file:s", b"S")], instead_of=b"one")
    assert values(path) == {**FIRST, "state": b"quick"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE kept SET data = X'00' WHERE name = X'7374617465'",
        "UPDATE kept SET data = CAST('two' AS BLOB) WHERE data = CAST('one' AS BLOB)",
        "UPDATE kept SET data = 7 WHERE data = CAST('one' AS BLOB)",
        "UPDATE kept SET data = NULL WHERE data = CAST('one' AS BLOB)",
        "DROP TABLE kept",
    ],
)
def test_a_value_that_is_not_what_it_was_is_not_there(path: Path, change: str) -> None:
    """It is noticed by its seal, however well the file is formed."""
    with closing(sqlite3.connect(path)) as connection:
        try:
            connection.execute(change)
        except sqlite3.OperationalError:
            pytest.skip("this SQLite cannot write that")
        connection.commit()
    cache = opened(path)
    assert cache.begin() is not cache.is_corrupt
    assert cache.get("state") is None
    assert cache.is_corrupt
    cache.keep([("state", b"again")], instead_of=b"one")
    assert values(path) == {"state": b"again"}


def test_a_value_under_another_name_is_not_there(path: Path) -> None:
    """A seal is for one name."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT seal, data FROM kept WHERE data = X'41'")
        [(seal, data)] = rows
        query = "UPDATE kept SET seal = ?, data = ? WHERE data = X'42'"
        connection.execute(query, (seal, data))
        connection.commit()
    cache = opened(path)
    assert cache.begin()
    assert cache.under("file:") == {}
    assert cache.is_corrupt
    cache.end()


def write_for_ever(path: Path) -> None:
    """Replace the values again and again, always by ones that belong together."""
    before, turn = b"one", 0
    while True:
        turn += 1
        new = b"%d" % turn
        many = [("state", new), *((f"file:{n}", new) for n in range(300))]
        opened(path).keep(many, instead_of=before)
        before = new


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes to kill")
def test_a_run_that_is_killed_leaves_all_or_nothing(path: Path) -> None:
    """Whenever that is, what is there belongs together."""
    for turn in range(6):
        opened(path).keep(FIRST.items(), instead_of=None)
        process = get_context("fork").Process(target=write_for_ever, args=(path,))
        process.start()
        process.join(0.02 + turn * 0.013)
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        found = values(path)
        assert {name: found.pop(name) for name in FIRST if name != "state"}
        assert set(found.values()) == {found["state"]}
        assert len(found) in {1, 301}


def test_nothing_is_raised_where_nothing_can_be_written(path: Path) -> None:
    """A clone may be read-only, or its cache a folder."""
    path.unlink()
    path.mkdir()
    cache = opened(path)
    assert not cache.begin()
    cache.keep(FIRST.items(), instead_of=None)
    assert cache.get("state") is None
