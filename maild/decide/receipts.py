"""receipts: what a handler's lines became, as a receipt, a question or an error says it.

said(line, outcome) -> one line;  told(lines, done) -> all of them, each with what more there is to say of it
refused(lines, outcomes) -> all of them, of a mail in which something is wrong
shown_by(done) -> the messages that are shown;  named_by(done) -> the other cases that a question names
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from maild.decide import verbs
from maild.decide.acts.context import Done, Outcome, Wrong
from maild.model.known import Shown


def said(line: verbs.Line, outcome: Outcome) -> dict[str, Any]:
    ok = isinstance(outcome, Done)
    value = outcome.value if isinstance(outcome, Done) else outcome.hint
    more = {"was": outcome.was, "at": outcome.at} if isinstance(outcome, Done) else {"was": "", "at": ""}
    return {"ok": ok, "written": line.written, "key": outcome.key, "value": value, **more}


def told(lines: Sequence[verbs.Line], done: Sequence[Done]) -> list[dict[str, Any]]:
    """The lines of a receipt, each with what more there is to say of it."""
    return [
        each
        for line, outcome in zip(lines, done, strict=True)
        for each in (said(line, outcome), *(said(verbs.Line(more.written, ""), more) for more in outcome.also))
    ]


def refused(lines: Sequence[verbs.Line], outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The lines of an error; below what is wrong, what he may choose from."""
    found: list[dict[str, Any]] = []
    for line, outcome in zip(lines, outcomes, strict=True):
        also = outcome.also if isinstance(outcome, Wrong) else ()
        found += [said(line, outcome), *({**said(verbs.Line("", ""), more), "ok": False} for more in also)]
    return found


def shown_by(done: Sequence[Done]) -> tuple[Shown, ...]:
    """The messages that a receipt of these lines shows."""
    return tuple(message for outcome in done for message in outcome.shown)


def named_by(done: Sequence[Done]) -> tuple[int, ...]:
    """The other cases that a question about these lines names."""
    return tuple(case for outcome in done for case in outcome.names)
