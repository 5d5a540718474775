"""finding: what a check says.

ok(text), note(...), warning(...), error(...) -> Finding;  Unseen: a check could not look, and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """From good to bad; a warning or an error makes exit 1."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """text: what is so; why: why it matters, half a sentence; cure: a command or a line to write; facts: for programs."""

    level: Level
    text: str
    why: str = ""
    cure: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


class Unseen(Exception):
    """The check could not look: something that it needs is not there."""


def ok(text: str, **facts: object) -> Finding:
    return Finding(Level.OK, text, facts=facts)


def note(text: str, why: str = "", cure: str = "", **facts: object) -> Finding:
    return Finding(Level.NOTE, text, why, cure, facts)


def warning(text: str, why: str, cure: str, **facts: object) -> Finding:
    return Finding(Level.WARNING, text, why, cure, facts)


def error(text: str, why: str, cure: str, **facts: object) -> Finding:
    return Finding(Level.ERROR, text, why, cure, facts)
