"""acts: what each command does, a function each.

A function says what would happen (Done) or why it cannot (Wrong); nothing is done before every line of the mail has been understood.
Its docstring is `verb ARGUMENTS    what it does.`  To add a command: a function, a row here, its words in templates/*/words.txt
(tests/policy/test_vocabulary.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from maild.decide.acts import (
    absence,
    approvals,
    asking,
    basic,
    copying,
    duty,
    held,
    incidents,
    lines,
    linking,
    merging,
    offers,
    people,
    spam,
    suppliers,
    tasks,
    undo,
    waiting,
    work,
)
from maild.decide.acts.context import Context, Outcome
from maild.model.people import Role


@dataclass(frozen=True, slots=True)
class Command:
    """act: its function; bare: without a sign in front it counts too, where a mail is nothing but commands.

    Not where free text follows: "Note that it burns" is a sentence.  caseless: it needs no case, and counts in a new mail to a desk
    (its Context may have none).  least: the role that it wants at the case's desk (rights.py).  asks: it changes nothing, and its
    receipt is the answer.
    """

    act: Callable[[Context, str], Outcome]
    bare: bool = False
    caseless: bool = False
    least: Role = Role.HANDLER
    asks: bool = False


COMMANDS: dict[str, Command] = {
    "take": Command(basic.take, bare=True),
    "assign": Command(basic.assign, bare=True),
    "close": Command(basic.close, bare=True),
    "reopen": Command(basic.reopen, bare=True),
    "wait": Command(waiting.wait, bare=True),
    "priority": Command(basic.priority, bare=True),
    "note": Command(basic.note),
    "show": Command(asking.show, bare=True, caseless=True, asks=True),
    "status": Command(asking.status, bare=True, caseless=True, asks=True),
    "why": Command(asking.why, bare=True, caseless=True, asks=True),
    "list": Command(asking.list_, bare=True, caseless=True, asks=True),
    "help": Command(
        asking.help_over(lambda: {verb: row.act for verb, row in COMMANDS.items()}), bare=True, caseless=True, asks=True
    ),
    "time": Command(work.time),
    "tag": Command(work.tag),
    "title": Command(work.title),
    "due": Command(work.due),
    "undo": Command(undo.undo, bare=True, caseless=True),
    # A word about a mail that was kept.
    "send": Command(held.send, bare=True, caseless=True),
    "drop": Command(held.drop, bare=True, caseless=True),
    # What is asked of people.
    "task": Command(tasks.task),
    "done": Command(tasks.done, bare=True),
    "ask": Command(suppliers.ask),
    "offer": Command(offers.offer),
    "request": Command(approvals.request),
    "approve": Command(approvals.approve, bare=True),
    "reject": Command(approvals.reject),
    "escalate": Command(lines.escalate, bare=True),
    "spam": Command(spam.spam),
    "accept": Command(people.accept, bare=True),
    "for": Command(people.for_),
    "away": Command(absence.away, bare=True, caseless=True),
    "back": Command(absence.back, bare=True, caseless=True),
    # Who has duty.
    "swap": Command(duty.swap, bare=True, caseless=True),
    # Cases and people that are tied together.
    "merge": Command(merging.merge, bare=True, least=Role.LEAD),
    "split": Command(linking.split, least=Role.LEAD),
    "link": Command(linking.link, bare=True),
    "cc": Command(copying.cc, bare=True),
    "uncc": Command(copying.uncc, bare=True),
    "incident": Command(incidents.incident),
    "notice": Command(incidents.notice),
}
