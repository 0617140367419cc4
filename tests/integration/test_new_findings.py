"""`--against` and baselines: what is new is told, and what has only moved is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import check_cases
from command_runs import companyos
from companyos.digests import JSONValue
from git_clones import git
from platforms import at

DAY = ("--today", check_cases.TODAY.isoformat())
GLOBEX = "config/tenants/globex.yaml"


def wild(rule: str, action: str = "report:read") -> str:
    """Return a rule for everybody, as it stands in a policy bundle."""
    return (
        f'  - id: {rule}\n    effect: allow\n    roles: ["*"]\n    when: "1 == 1"\n'
        f'    actions: ["{action}"]\n    reason: a test\n'
    )


def flags(*names: str) -> str:
    """Return the line of a tenant that names its flags."""
    return f"feature_flags: [{', '.join(names)}]\n"


class Tree:
    """A repository whose desired state is right but for what a test does to it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.texts = {path: data.decode() for path, data in check_cases.base().items()}

    def write(self, **texts: str) -> None:
        """Write the desired state, with passages that are put behind what is there."""
        for path, text in self.texts.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + texts.get(file.stem, ""))

    def flagged(self, **names: tuple[str, ...]) -> None:
        """Write the desired state in which tenants have these flags and no others."""
        self.write()
        for tenant in ("acme", "globex"):
            file = self.root / f"config/tenants/{tenant}.yaml"
            kept = [row for row in file.read_text().splitlines() if "flags" not in row]
            own = names.get(tenant, ())
            file.write_text("\n".join(kept) + "\n" + flags("checkout", *own))
        for tenant in names.keys() - {"acme", "globex"}:
            text = self.texts[GLOBEX].replace("globex", tenant)
            head, _, tail = text.replace("Globex", tenant).partition("feature_flags")
            extra = flags("checkout", *names[tenant]) + tail.partition("\n")[2]
            (self.root / f"config/tenants/{tenant}.yaml").write_text(head + extra)

    def commit(self) -> None:
        """Make a commit of what is written."""
        git(self.root, "init", "--quiet", "--initial-branch=main")
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--message", "as it was")

    def new(self, check: str) -> list[JSONValue]:
        """Return the messages of a check's findings that are new since the commit."""
        run = companyos(
            self.root,
            "lint",
            "--against",
            "HEAD",
            "--select",
            check,
            "-o",
            "json",
            *DAY,
        )
        told = at(run.json(), "findings")
        assert isinstance(told, list)
        return [at(each, "message") for each in told]

    def fingerprints(self, check: str) -> list[JSONValue]:
        """Return the fingerprints of a check's findings."""
        run = companyos(self.root, "lint", "--select", check, "-o", "json", *DAY)
        told = at(run.json(), "findings")
        assert isinstance(told, list)
        return [at(each, "fingerprint") for each in told]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Return a repository of its own."""
    return Tree(tmp_path)


MISSING = "flag `nosuch` does not exist"


def test_a_name_used_in_another_file_is_new(tree: Tree) -> None:
    """Though it is used as often as before, and first at the same place."""
    tree.flagged(acme=("nosuch",), globex=("nosuch",))
    tree.commit()
    tree.flagged(acme=("nosuch",), initech=("nosuch",))
    assert tree.new("ref/unknown-flag") == [MISSING]


def test_a_name_used_in_fewer_files_is_not_new(tree: Tree) -> None:
    """Also where the first of them is the one that was mended."""
    tree.flagged(acme=("nosuch",), globex=("nosuch",), initech=("nosuch",))
    tree.commit()
    tree.flagged(globex=("nosuch",), initech=("nosuch",))
    assert tree.new("ref/unknown-flag") == []
    tree.flagged(initech=("nosuch",))
    assert tree.new("ref/unknown-flag") == []


def test_names_that_change_places_in_a_list_are_not_new(tree: Tree) -> None:
    """A list's item is known by its text."""
    tree.flagged(acme=("nosuch", "page-size"), globex=("nosuch",))
    tree.commit()
    tree.flagged(acme=("page-size", "nosuch"), globex=("nosuch",))
    assert tree.new("ref/unknown-flag") == []


def test_a_role_used_in_another_rule_is_new(tree: Tree) -> None:
    """Of the same file, where the one it was used in is gone."""
    one, other, third = (
        wild(each).replace('"*"', "Ghost") for each in ("one", "other", "third")
    )
    tree.write(standard=one + other)
    tree.commit()
    tree.write(standard=one + third)
    assert tree.new("ref/unknown-role") == ["role `Ghost` does not exist"]
    tree.write(standard=other + one)
    assert tree.new("ref/unknown-role") == []


def test_another_rule_with_the_same_fault_is_new(tree: Tree) -> None:
    """At the very place where the old one was."""
    tree.write(standard=wild("wild-one"))
    tree.commit()
    tree.write(standard=wild("give-everything", "report:write"))
    [message] = tree.new("policy/wildcard-allow")
    assert message == "rule `give-everything` allows it to everybody"


def test_a_rule_before_it_does_not_make_a_finding_new(tree: Tree) -> None:
    """Neither against a commit nor for those who keep fingerprints."""
    tree.write(standard=wild("wild-one"))
    tree.commit()
    before = tree.fingerprints("policy/wildcard-allow")
    right = wild("right").replace('"*"', "Viewer")
    tree.write(standard=right + wild("wild-one"))
    assert tree.new("policy/wildcard-allow") == []
    assert tree.fingerprints("policy/wildcard-allow") == before


def test_a_baseline_knows_a_rule_wherever_it_is_moved(tree: Tree) -> None:
    """And knows no other one in its place."""
    known = ("--baseline", "known.json")
    tree.write(standard=wild("wild-one"))
    companyos(tree.root, "lint", *known, "--write-baseline", *DAY)
    right = wild("right").replace('"*"', "Viewer")
    only = ("--select", "policy/wildcard-allow", "--strict")
    tree.write(standard=right + wild("wild-one"))
    assert companyos(tree.root, "lint", *known, *only, *DAY).status == 0
    tree.write(standard=wild("give-everything"))
    assert companyos(tree.root, "lint", *known, *only, *DAY).status == 1


WRONG: list[tuple[str, Callable[[str], str]]] = [
    ("policy/condition", lambda rule: wild(rule).replace("1 == 1", "1 == 'a'")),
    ("schema/additional-property", lambda rule: wild(rule) + "    color: red\n"),
]


@pytest.mark.parametrize(("check", "wrong"), WRONG, ids=[each[0] for each in WRONG])
def test_a_moved_rule_keeps_any_mistake_of_its_own(
    tree: Tree, check: str, wrong: Callable[[str], str]
) -> None:
    """Conditions and shapes are looked at elsewhere than names."""
    tree.write(standard=wrong("odd"))
    tree.commit()
    assert len(tree.fingerprints(check)) == 1
    tree.write(standard=wild("right") + wrong("odd"))
    assert tree.new(check) == []
    tree.write(standard=wrong("even"))
    assert len(tree.new(check)) == 1


def test_an_edit_is_answered_with_the_same_fingerprints(tree: Tree) -> None:
    """By a run that looks at what has changed only, and by one that looks at all."""
    tree.write(standard=wild("wild-one"))
    tree.commit()
    tree.fingerprints("policy")
    tree.write(standard=wild("right") + wild("wild-one"))
    warm = tree.fingerprints("policy")
    run = companyos(
        tree.root, "lint", "--select", "policy", "--no-cache", "-o", "json", *DAY
    )
    told = at(run.json(), "findings")
    assert isinstance(told, list)
    assert warm == [at(each, "fingerprint") for each in told]
