"""The forms in which findings can be told, for options to name."""

from __future__ import annotations

from enum import StrEnum


class FindingsOutput(StrEnum):
    """The form of an answer that consists of findings."""

    AUTO = "auto"
    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"
