"""Reads texts with py-yaml12 for the fuzz: a process that may crash without harm.

In comes a JSON list of texts; out goes one line of JSON for each: the text of its
value's JSON, or null where it is refused or has no JSON form.
"""

from __future__ import annotations

import json
import sys

import yaml12


def answer(text: str) -> str | None:
    """Return a text's value as JSON, None where there is none."""
    try:
        value: object = yaml12.parse_yaml(text)
        return json.dumps(value, sort_keys=True, allow_nan=False)
    except (ValueError, TypeError):
        return None


def main() -> None:
    """Answer each text as soon as it is read."""
    for text in json.load(sys.stdin):
        sys.stdout.write(json.dumps(answer(text)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
