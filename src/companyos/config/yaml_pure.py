"""PyYAML's own parser, for machines without libyaml: the same events, far slower."""

from __future__ import annotations

from yaml.events import Event
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner


class PureParser(Reader, Scanner, Parser):
    """The three layers that PyYAML itself stacks for its loaders."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def get_event(self) -> Event | None:
        """Return the next event of the stream."""
        # The stubs leave PyYAML's parser untyped.
        event: Event | None = super().get_event()  # type: ignore[no-untyped-call]
        return event
