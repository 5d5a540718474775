"""acts: what each command does, a function each.

A function says what would happen (Done) or why it cannot (Wrong); nothing is done before every line of the mail has been understood.
Its docstring is `verb ARGUMENTS    what it does.`; help and the manual are made of it.  To add a command: a function, a row
here, its words in templates/*/words.txt (tests/policy/test_vocabulary.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from maild.decide.acts import basic, waiting
from maild.decide.acts.context import Context, Outcome
from maild.model.people import Role


@dataclass(frozen=True, slots=True)
class Command:
    """act: its function; least: who may; bare: without a sign in front it counts too, where a mail is nothing but commands.

    Not where free text follows: "Note that it burns" is a sentence.
    """

    act: Callable[[Context, str], Outcome]
    least: Role = Role.HANDLER
    bare: bool = False

    @property
    def usage(self) -> tuple[str, str]:
        """How it is written and what it does, from the docstring's first paragraph."""
        written, _, does = " ".join((self.act.__doc__ or "").split("\n\n")[0].split()).partition(" ")
        return written, does


COMMANDS: dict[str, Command] = {
    "take": Command(basic.take, bare=True),
    "assign": Command(basic.assign, bare=True),
    "close": Command(basic.close, bare=True),
    "reopen": Command(basic.reopen, bare=True),
    "wait": Command(waiting.wait, bare=True),
    "priority": Command(basic.priority, bare=True),
    "note": Command(basic.note),
    "help": Command(basic.help_, bare=True),
}
