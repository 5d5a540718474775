"""table: what a handler writes behind each verb, so that it can be carried out.  One row a verb of COMMANDS.

argument: in each language, or the same for all; before: what must have been done (a line); after: what undoes it where it outlives
the case; person: the argument is a colleague, whom programs make a link or a mention of; of_draft: it answers
the letter that told of what came before; of_colleague: a colleague did that before, and it answers the letter that asked for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    argument: str | Mapping[str, str] = ""
    before: str = ""
    after: str = ""
    person: bool = False
    of_draft: bool = False
    of_colleague: bool = False

    def said(self, language: str) -> str:
        return self.argument if isinstance(self.argument, str) else self.argument[language]


HIGH = {"en": "high", "nb": "høy", "nn": "høg", "sl": "visoka"}
QUIET = {"en": "quiet", "nb": "stille", "nn": "stille", "sl": "tiho"}
TABLE: dict[str, Row] = {
    "take": Row(before="/assign ola"),
    "assign": Row("ola@staff.example", person=True),
    "close": Row(QUIET),
    "reopen": Row(before="/close quiet"),
    "wait": Row("3d"),
    "priority": Row(HIGH),
    "note": Row("Ann ringer alltid sent."),
    "help": Row(),
    "away": Row("3d", after="/back"),
    "back": Row(before="/away 3d"),
    "swap": Row("ola 3.3.", after="/undo"),
    "accept": Row("bo@kunde.example"),
    "for": Row("bo@kunde.example"),
    "time": Row("25m"),
    "tag": Row("skriver"),
    "title": Row("Ny skriver"),
    "due": Row("3d"),
    "show": Row(),
    "status": Row(),
    "why": Row(),
    "list": Row(),
    "merge": Row("#1001"),
    "split": Row(),
    "link": Row("#1001"),
    "cc": Row("li@kunde.example"),
    "uncc": Row("li@kunde.example", before="/cc li@kunde.example"),
    "incident": Row("Nettet er nede"),
    "notice": Row("Nettet er oppe igjen.", before="/incident Nettet er nede"),
    "task": Row("Bestille skjerm; ola; 3d"),
    "done": Row("1", before="/task Bestille skjerm"),
    "ask": Row("help@canon.example"),
    "offer": Row("1500 kr Ny skriver"),
    "request": Row("ola Kjøpe ny skriver"),
    "approve": Row(before="/request kari Kjøpe ny skriver", of_colleague=True),
    "reject": Row("For dyrt", before="/request kari Kjøpe ny skriver", of_colleague=True),
    "escalate": Row("2"),
    "spam": Row(after="/reopen"),
    "undo": Row(before="/priority low"),
    "send": Row(before="/clsoe\n\nSlå den av og på.", of_draft=True),
    "drop": Row(before="/clsoe\n\nSlå den av og på.", of_draft=True),
}
