"""week: a week at one of the sites of rules/examples, with its own rules and letters, told as it went.

    week = Week(folder, "brukarstotte", "2026-03-30T08:00")
    week.at("2026-03-30T09:10")                        time passes until then, and all that is due happens
    week.mail("Ann <ann@storvik.example>", "Skrivar", "Han står.")
    week.reply("jon", "1001", "/ta")                   to the newest letter of that case that jon got
    week.told()                                        all of it, with every letter

Letters stand there as their receivers read them, without what makes a link long.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from maild.store.database import moment
from parts.house import Got, House

EXAMPLES = Path(__file__).parents[2] / "rules" / "examples"
ZONE = ZoneInfo("Europe/Oslo")
_NAMES = {"organisations": "customers"}
_LINK = re.compile(r"<mailto:[^>]*>")
_MARKER = re.compile(r"\[maild:[^\]]*\] ?")
_RULE = "-" * 100


class Week:
    def __init__(self, folder: Path, site: str, begins: str, desk: str) -> None:
        rules = EXAMPLES / site / "rules"
        if (EXAMPLES / site / "templates").is_dir():
            shutil.copytree(EXAMPLES / site / "templates", folder / "templates")
        files = {_NAMES.get(file.stem, file.stem): file.read_text("utf-8") for file in sorted(rules.glob("*.yaml"))}
        self.house, self._desk = House(folder, **files), desk
        self.house.now = local(begins)
        self._told: list[str] = []
        self._letters: list[Got] = []

    # --- time -----------------------------------------------------------------------------------------------------------------

    def at(self, when: str) -> None:
        """Step by step: each case wakes at its own minute, and letters leave when they are due."""
        end = local(when)
        while self.house.now < end:
            self.house.now = min(self._next(), end)
            self.house.wait(seconds=0)
            self._post()

    def _next(self) -> datetime:
        """When something is due next; at least every quarter of an hour somebody looks, at most every second."""
        row = self.house.session.one(
            "SELECT min(at) FROM (SELECT min(wake_at) AS at FROM cases UNION ALL"
            " SELECT min(due_at) FROM outbox WHERE state IN ('ready', 'deferred'))"
        )
        due = moment(row[0]) if row and row[0] is not None else self.house.now + timedelta(days=1)
        soon, quarter = self.house.now + timedelta(seconds=1), self.house.now + timedelta(minutes=15)
        return min(max(due + timedelta(seconds=1), soon), quarter)

    # --- what people do ---------------------------------------------------------------------------------------------------------

    def mail(self, sender: str, subject: str, text: str, to: str = "") -> None:
        self._say(f"{sender.partition(' <')[0]} skriv: {subject}", text)
        self.house.mail(sender, subject, text, to or self._desk)
        self._post()

    def reply(self, who: str, number: str, text: str, kind: str = "") -> None:
        """To the newest letter of that case that he got, of that kind if one is named."""
        address = who if "@" in who else self.house.policy.handlers[who].address
        mine = [
            one for one in self._letters
            if one.to == address and one.mail["X-Maild-Case"] == number and kind in ("", one.kind)
        ]  # fmt: skip
        assert mine, f"{address} has no letter of {number}; {[(x.to, x.kind) for x in self._letters]}"
        self._say(f"{address} svarar i {number}", text)
        self.house.reply(mine[-1], text)
        self._post()

    # --- what came of it --------------------------------------------------------------------------------------------------------

    def _say(self, what: str, text: str) -> None:
        self._told.append(f"{_RULE}\n{self._clock()}  {what}\n\n{_indented(text)}\n")

    def _post(self) -> None:
        for letter in self.house.letters():
            self._letters.append(letter)
            text = _MARKER.sub("", _LINK.sub("<...>", letter.text)).strip()
            head = f"{_RULE}\n{self._clock()}  {letter.kind} -> {letter.to}\n{letter.subject}\n\n"
            self._told.append(f"{head}{_indented(text)}\n")

    def _clock(self) -> str:
        return f"{self.house.now.astimezone(ZONE):%a %Y-%m-%d %H:%M}"

    def letters(self, kind: str, to: str = "") -> list[Got]:
        """Those that have left so far."""
        return [one for one in self._letters if one.kind == kind and to in ("", one.to)]

    def told(self) -> str:
        return "\n".join(self._told)


Part = Callable[[Week], None]


def lived(folders: pytest.TempPathFactory, site: str, begins: str, desk: str, parts: Sequence[Part]) -> Iterator[Week]:
    """The week after all its parts, for a fixture."""
    week = Week(folders.mktemp(site), site, begins, desk)
    for part in parts:
        part(week)
    yield week
    week.house.database.close()


def local(when: str) -> datetime:
    return datetime.fromisoformat(when).replace(tzinfo=ZONE)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.split("\n"))
