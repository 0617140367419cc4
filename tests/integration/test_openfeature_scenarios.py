"""OpenFeature's own scenarios, through its SDK, against our provider."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

import openfeature_flags
from gherkin import Scenario, Step, Table, read_feature

api = pytest.importorskip("openfeature.api")

from openfeature.client import OpenFeatureClient  # noqa: E402
from openfeature.evaluation_context import EvaluationContext  # noqa: E402
from openfeature.event import ProviderEvent, ProviderEventDetails  # noqa: E402
from openfeature.exception import (  # noqa: E402
    ErrorCode,
    GeneralError,
    ProviderFatalError,
)
from openfeature.flag_evaluation import (  # noqa: E402
    FlagEvaluationDetails,
    FlagEvaluationOptions,
    FlagValueType,
)
from openfeature.hook import Hook, HookContext, HookHints  # noqa: E402
from openfeature.provider import ProviderStatus  # noqa: E402

from companyos.config.compile import compile_state  # noqa: E402
from companyos.config.sources import read_folder  # noqa: E402
from companyos.identity.backends.static import StaticDirectory  # noqa: E402
from companyos.openfeature import CompanyosProvider  # noqa: E402
from companyos.releases.entries import Part  # noqa: E402
from companyos.snapshot import Snapshot  # noqa: E402

NOW = datetime(2027, 1, 31, 12, tzinfo=UTC)
SNAPSHOT = openfeature_flags.snapshot()

NOT_RUN = {
    "evaluation_v2: CACHED reason": "nothing is cached: every answer is evaluated",
    "evaluation_v2: Flag metadata in evaluation details": (
        "metadata says which flags answered; a flag has none of its own"
    ),
    "metadata: Returns metadata": "as above",
    "metadata: Returns no metadata": "as above",
    'evaluation_v2: DISABLED reason (object-disabled-flag, Object, {\\"a\\": 1})': (
        "a killed flag gives a variant of its own, never the caller's default"
    ),
    "evaluation_v2: Evaluation context immutability": (
        "the SDK's own details can be changed; no provider can keep that from happening"
    ),
}
OTHER_SUITES = {
    "contextMerging": "merging contexts is the SDK's work alone",
    "evaluation": "deprecated, and its flag `context-aware` is not in the set",
}
SCENARIOS = [
    each
    for name in ("evaluation_v2", "metadata", "hooks")
    for each in read_feature(openfeature_flags.CASES / f"{name}.feature")
]


def not_run(scenario: Scenario) -> bool:
    """Return whether the scenario is one of the few that do not fit."""
    return not NOT_RUN.keys().isdisjoint(
        {str(scenario), f"{scenario.feature}: {scenario.name}"}
    )


class Recorder(Hook):
    """A hook that keeps what it was called with."""

    def __init__(self, name: str = "", order: list[str] | None = None) -> None:
        self.name = name
        self.order = [] if order is None else order
        self.called: dict[str, FlagEvaluationDetails[FlagValueType] | None] = {}

    def before(
        self, hook_context: HookContext, hints: HookHints
    ) -> EvaluationContext | None:
        """Note the stage before an evaluation."""
        del hook_context, hints
        self.called["before"] = None
        self.order.append(self.name)
        return None

    def after(
        self,
        hook_context: HookContext,
        details: FlagEvaluationDetails[FlagValueType],
        hints: HookHints,
    ) -> None:
        """Note the stage after an evaluation."""
        del hook_context, hints
        self.called["after"] = details

    def error(
        self, hook_context: HookContext, exception: Exception, hints: HookHints
    ) -> None:
        """Note a failure."""
        del hook_context, exception, hints
        self.called["error"] = None

    def finally_after(
        self,
        hook_context: HookContext,
        details: FlagEvaluationDetails[FlagValueType],
        hints: HookHints,
    ) -> None:
        """Note the end."""
        del hook_context, hints
        self.called["finally"] = details


def provider(status: str) -> CompanyosProvider:
    """Return a provider of ours that comes to be in this state."""

    def refused() -> Snapshot:
        raise ProviderFatalError("the configuration is refused")

    def failing() -> Snapshot:
        raise GeneralError("the configuration cannot be read")

    def none() -> Snapshot | None:
        return None

    sources: Mapping[str, Callable[[], Snapshot | None]] = {
        "fatal": refused,
        "error": failing,
        "not ready": none,
    }
    source = sources.get(status, lambda: SNAPSHOT)
    return CompanyosProvider(source, now=lambda: NOW, tenant_id="pilot-a")


def value_of(kind: str, text: str) -> FlagValueType:
    """Return what a scenario writes as text."""
    match kind.lower():
        case "boolean":
            return text == "true"
        case "integer":
            return int(text)
        case "float":
            return float(text)
        case "object":
            return cast("FlagValueType", json.loads(text.replace('\\"', '"')))
        case _:
            return text


@dataclass
class World:
    """What a scenario has set up and found out."""

    client: OpenFeatureClient
    kind: str = ""
    key: str = ""
    fallback: FlagValueType = ""
    attributes: dict[str, FlagValueType | None] = field(default_factory=dict)
    found: FlagEvaluationDetails[FlagValueType] | None = None
    options: FlagEvaluationOptions | None = None
    hook: Recorder = field(default_factory=Recorder)
    order: list[str] = field(default_factory=list)

    def evaluate(self, how: str) -> None:
        """Ask the client, in the way that the scenario says."""
        name = f"get_{self.kind.lower()}_details"
        context = EvaluationContext(
            attributes=cast("Mapping[str, FlagValueType]", self.attributes)
        )
        asked = (self.key, self.fallback, context, self.options)
        details: object
        if "asynchronously" in how:
            details = asyncio.run(getattr(self.client, f"{name}_async")(*asked))
        else:
            details = getattr(self.client, name)(*asked)
        self.found = cast("FlagEvaluationDetails[FlagValueType]", details)

    @property
    def details(self) -> FlagEvaluationDetails[FlagValueType]:
        """Return what was found."""
        assert self.found is not None
        return self.found


Handler = Callable[[World, tuple[str, ...], Table], None]
STEPS: list[tuple[re.Pattern[str], Handler]] = []


def step(pattern: str) -> Callable[[Handler], Handler]:
    """Register what a sentence means."""

    def register(handler: Handler) -> Handler:
        STEPS.append((re.compile(pattern), handler))
        return handler

    return register


@step(r"a (stable|not ready|error|fatal|stale) provider")
def _provider(world: World, words: tuple[str, ...], _: Table) -> None:
    made = provider(words[0])
    api.set_provider_and_wait(made, "scenario") if words[
        0
    ] == "stable" else api.set_provider(made, "scenario")
    if words[0] == "not ready":
        # An SDK that has bound a provider and not begun it yet.
        api.provider_registry._provider_status[made] = ProviderStatus.NOT_READY
    if words[0] == "stale":
        made.emit(ProviderEvent.PROVIDER_STALE, ProviderEventDetails())
    world.client = api.get_client("scenario")


@step(r'an? (\w+)-flag with key "([^"]*)" and a fallback value "(.*)"')
def _flag(world: World, words: tuple[str, ...], _: Table) -> None:
    world.kind, world.key = words[0], words[1]
    world.fallback = value_of(words[0], words[2])


@step(r'a context containing a key "(\w+)", with type "(\w+)" and with value "([^"]*)"')
def _context(world: World, words: tuple[str, ...], _: Table) -> None:
    world.attributes[words[0]] = value_of(words[1], words[2])


@step(r'a context containing a key "(\w+)" with null value')
def _null(world: World, words: tuple[str, ...], _: Table) -> None:
    world.attributes[words[0]] = None


@step(r"the flag was evaluated with details(.*)")
def _evaluated(world: World, words: tuple[str, ...], _: Table) -> None:
    world.evaluate(words[0])


@step(r'the resolved details value should be "(.*)"')
def _value(world: World, words: tuple[str, ...], _: Table) -> None:
    expected = value_of(world.kind, words[0])
    assert (world.details.value, type(world.details.value)) == (
        expected,
        type(expected),
    )


@step(r'the (reason|variant|flag key|error-code) should be "([^"]*)"')
def _member(world: World, words: tuple[str, ...], _: Table) -> None:
    name = words[0].replace(" ", "_").replace("-", "_")
    found = getattr(world.details, name)
    assert (found.value if isinstance(found, ErrorCode) else found) == words[1]


@step(r'the provider status should be "(\w+)"')
def _status(world: World, words: tuple[str, ...], _: Table) -> None:
    assert world.client.get_provider_status().value == words[0]


@step(r"the evaluation should complete without blocking")
def _completed(world: World, _: tuple[str, ...], __: Table) -> None:
    assert world.details.error_code is None


@step(r"evaluation options containing specific hooks")
def _options(world: World, _: tuple[str, ...], __: Table) -> None:
    hooks: list[Hook] = [Recorder("first", world.order), Recorder("then", world.order)]
    world.options = FlagEvaluationOptions(hooks=hooks)


@step(r"the specified hooks should execute during evaluation")
def _executed(world: World, _: tuple[str, ...], __: Table) -> None:
    assert set(world.order) == {"first", "then"}


@step(r"the hook order should be maintained")
def _ordered(world: World, _: tuple[str, ...], __: Table) -> None:
    assert world.order == ["first", "then"]


@step(r"a client with added hook")
def _hooked(world: World, _: tuple[str, ...], __: Table) -> None:
    world.client.add_hooks([world.hook])


@step(r'the "(\w+)" hook should have been executed')
def _hook_ran(world: World, words: tuple[str, ...], _: Table) -> None:
    assert words[0] in world.hook.called


@step(r'the "([\w, ]+)" hooks should be called with evaluation details')
def _hook_details(world: World, words: tuple[str, ...], table: Table) -> None:
    for name in words[0].split(", "):
        details = world.hook.called[name]
        for kind, key, text in table[1:]:
            found = getattr(details, key)
            found = found.value if isinstance(found, ErrorCode) else found
            assert found == (None if text == "null" else value_of(kind, text)), key


@pytest.fixture(autouse=True)
def _end() -> Iterator[None]:
    """Leave the SDK, which is one for the whole process, as it was."""
    yield
    api.shutdown()


def carry_out(world: World, sentence: Step) -> None:
    """Do what one sentence says."""
    for pattern, handler in STEPS:
        if found := pattern.fullmatch(sentence.text):
            handler(world, found.groups(), sentence.table)
            return
    pytest.fail(f"no meaning for: {sentence.text}")


@pytest.mark.parametrize(
    "scenario", [each for each in SCENARIOS if not not_run(each)], ids=str
)
def test_scenario(scenario: Scenario) -> None:
    """The provider does what OpenFeature's specification says."""
    world = World(api.get_client("scenario"))
    for sentence in scenario.steps:
        carry_out(world, sentence)


def test_what_is_not_run_is_what_the_list_says() -> None:
    """No scenario goes missing: most run, and each other has its reason."""
    names = {str(each) for each in SCENARIOS}
    names |= {f"{each.feature}: {each.name}" for each in SCENARIOS}
    assert names >= NOT_RUN.keys()
    left_out = [each for each in SCENARIOS if not_run(each)]
    assert (len(SCENARIOS), len(left_out)) == (90, 10)
    files = {path.stem for path in openfeature_flags.CASES.glob("*.feature")}
    assert files == {each.feature for each in SCENARIOS} | OTHER_SUITES.keys()


def test_a_change_of_configuration_is_an_event() -> None:
    """Handlers learn which flags may answer differently."""
    later = openfeature_flags.snapshot()
    in_force = [SNAPSHOT]
    made = CompanyosProvider(lambda: in_force[0], now=lambda: NOW, tenant_id="pilot-a")
    api.set_provider_and_wait(made, "changing")
    told: list[list[str] | None] = []
    client = api.get_client("changing")
    client.add_handler(
        ProviderEvent.PROVIDER_CONFIGURATION_CHANGED,
        lambda details: told.append(details.flags_changed),
    )
    in_force[0] = later
    made.snapshot_changed()
    assert told == []
    in_force[0] = openfeature_flags.snapshot(without="string-flag")
    made.snapshot_changed()
    assert told == [["string-flag"]]


def test_an_answer_says_which_flags_gave_it() -> None:
    """Metadata names the flag set and its digest."""
    api.set_provider_and_wait(provider("stable"), "scenario")
    found = api.get_client("scenario").get_boolean_details("boolean-flag", False)
    assert found.flag_metadata == {
        "flagSetId": "companyos",
        "version": SNAPSHOT.components["flags"],
    }


def test_a_context_without_a_tenant_is_invalid() -> None:
    """A provider for many tenants needs to be told which."""
    made = CompanyosProvider(lambda: SNAPSHOT, now=lambda: NOW)
    api.set_provider_and_wait(made, "scenario")
    found = api.get_client("scenario").get_boolean_details("boolean-flag", False)
    assert (found.value, found.error_code) == (False, ErrorCode.INVALID_CONTEXT)


def test_the_program_of_the_page_gets_an_answer() -> None:
    """As it is written there, on the example: an override lets pilot-a export."""
    root = Path(__file__).resolve().parents[2]
    page = (root / "docs/how-to/openfeature.md").read_text("utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    made = compile_state(read_folder(root)).components
    snapshot = Snapshot.load(
        tenants=made[Part.TENANTS],
        policies=made[Part.POLICIES],
        flags=made[Part.FLAGS],
    )
    names: dict[str, object] = {
        "snapshot": snapshot,
        "directory": StaticDirectory(snapshot.identity.subjects),
    }
    exec(program, names)  # noqa: S102 - the page's own lines
    client = names["client"]
    assert isinstance(client, OpenFeatureClient)
    asked = EvaluationContext("ana", {"tenant": "pilot-a", "app_version": 7})
    found = client.get_boolean_details("bulk-export", False, asked)
    assert (found.value, found.error_code) == (True, None)
