"""One module a command: parse, call the library, render, exit. Importing registers.

`companyos --help` needs a line for each command and nothing else of it, so that line
stands here; a test holds it against what the command itself says.
"""

from __future__ import annotations

from collections.abc import Mapping

COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": (
        "Set up",
        "Carry one change the whole way, on real parts, offline, in under a minute.",
    ),
    "diff": (
        "Check",
        "Show who gains or loses access, which flags move whom, which tenants change.",
    ),
    "doctor": (
        "Set up",
        "Look at Python, Git, the repository, the key, the remote and the log.",
    ),
    "explain": (
        "Check",
        "Say what a check finds, why it matters, and what is right instead.",
    ),
    "fix": ("Change", "Mend the desired state's files where that can be done by rule."),
    "init": (
        "Set up",
        "Write an example desired state, its schemas and a signing key.",
    ),
    "lint": (
        "Check",
        "Show all that is worth a look: what `validate` shows, and remarks as well.",
    ),
    "promote": ("Release", "Bring a release to a stage, if every gate is open."),
    "rollback": (
        "Release",
        "Take a stage back to a release it carried, without asking its gates again.",
    ),
    "serve": (
        "Serve",
        "Run one service on a stage's bundle directory, until told to stop.",
    ),
    "status": ("Release", "Show what every stage carries, since when and by whom."),
    "sync": (
        "Serve",
        "Keep a folder on what the stage carries: verify, compile, swap, repeat.",
    ),
    "bundle": (
        "Serve",
        "Write what the stage carries to a folder, from this clone alone.",
    ),
    "validate": (
        "Check",
        "Check tenants, policies and flags against their schemas and each other.",
    ),
    "authz": ("Check", "Ask what policies decide."),
    "drift": ("Serve", "Compare what runs with what should."),
    "flags": ("Check", "Ask what flags answer, and change it."),
    "identity": ("Check", "Look subjects up."),
    "keys": ("Set up", "Make signing keys."),
    "log": ("Release", "Read and verify the release log."),
    "policy": ("Change", "Add and test policy bundles."),
    "release": ("Release", "Build, list and verify releases."),
    "schema": ("Set up", "JSON Schemas of the desired state."),
    "tenants": ("Change", "List, show and add tenants."),
    "trust": ("Set up", "Say who may sign."),
}
"""Each command's panel in the help and its line there, in the order of the help."""

_MODULES: Mapping[str, tuple[str, ...]] = {
    "bundle": ("sync",),
    "flags": ("flags", "flag_edits", "flag_exchange", "flag_reports"),
    "policy": ("policy", "policy_tests"),
}
"""The modules of commands that are not one module of the same name."""


def modules_of(name: str) -> tuple[str, ...]:
    """Return the modules that register a command when they are imported."""
    names = _MODULES.get(name, (name,))
    return tuple(f"companyos_cli.commands.{each}" for each in names)
