"""The forms that `companyos diff` answers in."""

from __future__ import annotations

from enum import StrEnum


class Form(StrEnum):
    """One form of the answer; Markdown is for a comment on a pull request."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
