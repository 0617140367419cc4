"""Cedar as a program: worlds on stdin, a line each, and their decisions on stdout.

It is a program because a wrong question can crash the engine, and a test should say so
rather than die.
"""

from __future__ import annotations

import json
import sys

import cedarpy


def main() -> None:
    """Answer every line."""
    for line in sys.stdin:
        world = json.loads(line)
        policies = cedarpy.PolicySet.from_str(world["policies"])
        answers = []
        for asked in world["requests"]:
            result = cedarpy.is_authorized(
                {
                    "principal": 'Subject::"asking"',
                    "action": f"Action::{json.dumps(asked['action'])}",
                    "resource": 'Resource::"asked"',
                    "context": asked["context"],
                },
                policies,
                asked["entities"],
            )
            answers.append(result.decision == cedarpy.Decision.Allow)
        sys.stdout.write(json.dumps(answers) + "\n")


main()
