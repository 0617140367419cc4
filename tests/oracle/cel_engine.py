"""The official CEL engine as a program: questions on stdin, answers on stdout.

A line asks for one condition under several sets of variables, as JSON; the answering
line holds true, false or "error" for each. It is a program because a wrong question can
crash the engine, and a test should say so rather than die.
"""

from __future__ import annotations

import json
import sys

from cel_expr_python import cel  # type: ignore[import-untyped] # it has no types


def main() -> None:
    """Answer every line."""
    fields = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    environment = cel.NewEnv(variables={"subject": fields, "resource": fields})
    for line in sys.stdin:
        question = json.loads(line)
        condition = environment.compile(question["condition"])
        answers = []
        for variables in question["variables"]:
            value = condition.eval(environment.Activation(variables))
            failed = value.type() == cel.Type.ERROR
            answers.append("error" if failed else value.plain_value())
        sys.stdout.write(json.dumps(answers) + "\n")


main()
