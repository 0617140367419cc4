"""Which commit made a flag answer what it answers now.

The commits of the first-parent line that touched what the answer can depend on are
asked, newest first, until the answer is another one. Flags flip back and forth, and
bisecting could then name an older change; walking cannot, and few commits touch a flag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from companyos.digests import JSONObject, JSONValue
from companyos.errors import InvalidStateError, UsageError
from companyos.flags import evaluate
from companyos.gitstore.reading import CommitNote
from companyos.identity.backends.static import StaticDirectory
from companyos.identity.subjects import Subject
from companyos.snapshot import Snapshot
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.flag_asking import Question, refuse_unknown, shown
from companyos_cli.render.tables import fields
from companyos_cli.snapshots import Which, snapshot_of
from companyos_cli.wiring import CONFIG_FOLDER, Workspace

GOVERNING = frozenset(
    f"{CONFIG_FOLDER}/{name}.yaml" for name in ("catalog", "regions", "identity")
)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a flag answered as of a commit, or why it answered nothing."""

    value: JSONValue
    variant: str | None
    missing: str = ""

    def __str__(self) -> str:
        """Return it as people read it."""
        return self.missing or f"{shown(self.value)} (`{self.variant}`)"


@dataclass(frozen=True, slots=True)
class Blame:
    """The answer, the commit since which it is so, and the answer before.

    `before` is None where the history begins with this answer.
    """

    answer: Answered
    note: CommitNote
    before: Answered | None


def blame_answer(
    workspace: Workspace, question: Question, *, subject_id: str | None, ref: str
) -> Answer:
    """Return who changed what a flag answers.

    Raises:
        UsageError: there is no such flag or tenant, or the clone is shallow.
    """
    found = _blame(workspace, question, subject_id, workspace.store.resolve(ref))
    return Answer(
        text=lambda paint: _text(question, found, paint),
        document=_document(question, found),
        next_step=f"git show {found.note.commit[:12]}",
    )


def _blame(
    workspace: Workspace, question: Question, subject_id: str | None, head: str
) -> Blame:
    snapshot = snapshot_of(workspace, Which(head, None))
    refuse_unknown(snapshot, flag_id=question.flag_id, tenant_id=question.tenant_id)
    answer = _answered(snapshot, question, subject_id)
    commits = list(_touching(workspace, head, _relevant(snapshot, question.flag_id)))
    if not commits:
        raise UsageError(f"`{CONFIG_FOLDER}/` is not committed yet")
    for commit, older in pairwise(commits):
        before = _answered_at(workspace, older, question, subject_id)
        if before != answer:
            return Blame(answer, workspace.store.note_of(commit), before)
    return Blame(answer, workspace.store.note_of(commits[-1]), None)


def _relevant(snapshot: Snapshot, flag_id: str) -> frozenset[str]:
    """Return the files of the flag, of what it needs, and of what they all rest on."""
    needed = (flag_id, *snapshot.flags.ready[flag_id].needed)
    flags = {f"{CONFIG_FOLDER}/flags/{name}.yaml" for name in needed}
    return GOVERNING | flags


def _touching(
    workspace: Workspace, head: str, relevant: Iterable[str]
) -> Iterator[str]:
    """Yield each commit, newest first, that changed a relevant file or a tenant."""
    wanted, tenants = frozenset(relevant), f"{CONFIG_FOLDER}/tenants/"
    changes = workspace.store.changes(CONFIG_FOLDER, until=head)
    touching = [
        change.commit
        for change in reversed(changes)
        if change.path in wanted or change.path.startswith(tenants)
    ]
    yield from dict.fromkeys(touching)


def _answered_at(
    workspace: Workspace, commit: str, question: Question, subject_id: str | None
) -> Answered:
    try:
        snapshot = snapshot_of(workspace, Which(commit, None))
    except InvalidStateError:
        return Answered(None, None, "the desired state was invalid")
    if question.flag_id not in snapshot.flags.flags:
        return Answered(None, None, "there was no such flag")
    if question.tenant_id not in snapshot.tenants:
        return Answered(None, None, "there was no such tenant")
    return _answered(snapshot, question, subject_id)


def _answered(
    snapshot: Snapshot, question: Question, subject_id: str | None
) -> Answered:
    found = evaluate(
        question.flag_id,
        snapshot,
        tenant_id=question.tenant_id,
        subject=_subject(snapshot, question.tenant_id, subject_id),
        context=question.context,
        now=question.now,
    )
    return Answered(found.value, found.variant)


def _subject(
    snapshot: Snapshot, tenant_id: str, subject_id: str | None
) -> Subject | None:
    """Return the subject as that commit's own directory knew it.

    A directory outside the repository has no past; it cannot be asked.
    """
    if subject_id is None:
        return None
    if snapshot.identity.backend != "static":
        raise UsageError(
            "the directory is not in the repository, so its past cannot be asked",
            hint="leave `--subject` out to ask about the tenant as a whole",
        )
    found = StaticDirectory(snapshot.identity.subjects).get_subject(
        tenant_id, subject_id
    )
    return found if isinstance(found, Subject) else None


def _text(question: Question, found: Blame, paint: Paint) -> str:
    note = found.note
    rows = [
        ("since", f"{note.commit[:12]}  {note.at:%Y-%m-%d %H:%M} UTC"),
        ("by", note.author),
        ("subject", note.subject),
        ("before", str(found.before or "it has always been so")),
    ]
    value = paint(str(found.answer), Role.STRONG)
    head = f"{question.flag_id} for {question.tenant_id}: {value}"
    return f"{head}\n{fields(rows, paint=paint)}"


def _document(question: Question, found: Blame) -> JSONObject:
    def answered(each: Answered | None) -> JSONValue:
        if each is None:
            return None
        return {
            "value": each.value,
            "variant": each.variant,
            "missing": each.missing or None,
        }

    return {
        "schema": "companyos.flag-blame/v1",
        "flag": question.flag_id,
        "tenant": question.tenant_id,
        "answer": answered(found.answer),
        "before": answered(found.before),
        "commit": {
            "id": found.note.commit,
            "author": found.note.author,
            "at": found.note.at.isoformat(),
            "subject": found.note.subject,
        },
    }
