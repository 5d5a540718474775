"""table: what a handler writes behind each verb, so that it can be carried out.  One row a verb of COMMANDS.

argument: in each language, or the same for all; before: what must have been done to the case (a line); person: the argument is a
colleague, whom programs make a link or a mention of; other: the argument may name another open case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    argument: str | Mapping[str, str] = ""
    before: str = ""
    person: bool = False
    inside: bool = field(default=False)

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
}
