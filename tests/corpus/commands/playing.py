"""playing: one reply of a handler, written in a mail program, through the real reading and settling; and what came of it.

play(house, Variation) -> Played.  The measure is a mail that nobody can misread: the same words, plain, without a quote.  What the
program's mail did must be what that one did: the same events, the same letters to the same people.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.utils import parseaddr
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corpus.commands import quoted
from corpus.commands.keyboards import LINK, LISTS, TYPING
from corpus.commands.programs import PROGRAMS, Reply, written
from corpus.commands.table import TABLE
from parts.house import DESKS, Got, House

from maild.decide import verbs

ANN, KARI = "Ann Berg <ann@kunde.example>", ("Kari Nordmann", "kari@staff.example")
# What the customer wrote, and so what every reply quotes: commands of hers, in all languages.
QUESTION = (
    "Hei,\n\nskriveren står. Det hjalp ikke å skrive dette:\n\n/close quiet\n/priority critical\n/tildel ingen\n#lukk stille\n"
    "! čakaj stranko\n/ponovno odpri\n\nHva nå?\n\nAnn"
)
ADDRESSES = {
    "en": "help@desk.example",
    "nb": "support@desk.example",
    "nn": "drift@desk.example",
    "sl": "podpora@desk.example",
}
WORDS = {
    "en": "Dear Ann, please turn it off and on again.",
    "nb": "Hei Ann, kan du slå den av og på igjen?",
    "nn": "Hei Ann, kan du slå han av og på att?",
    "sl": "Pozdravljeni, prosim, izklopite in znova vklopite ga.",
}
LINES = '  lines: {"1": [kari], "2": [ola]}\n'
WITH_LINES = DESKS.replace("  addresses:", f"{LINES}  addresses:")
ONCALL = "vakt: {name: Vakt, desks: [support, drift, podpora, help], people: [kari, ola], start: 2026-03-02}\n"
PLACES = ("top", "nothing", "around", "under")
MATTERS = ("a command", "a command and words", "words")
# The local part of an address that was made for one person.
_SIGNED = re.compile(r"\+[a-z][a-z0-9]{15,}@desk\.example")
_OFFERS = re.compile(r"^ {2}[^\n]*<mailto:[^\n>]*\+[yx][a-z0-9]{15,}@desk\.example[^\n>]*>\r?$", re.M)
_SERIAL = itertools.count(1)


@dataclass(frozen=True)
class Variation:
    """place: where the quote stands (around: the command above it, the words below); matter: one of MATTERS, or "nothing".
    above: a row over the commands, which a gateway or the handler wrote; signature: the rows that the handler has made his own.
    """

    program: str
    language: str
    verb: str
    place: str = "top"
    typing: str = "as it is"
    matter: str = "a command and words"
    signed: bool = False
    above: str = ""
    signature: tuple[str, ...] = ()

    @property
    def at_the_top(self) -> bool:
        """Whether the handler's words can be told from the quote at all: below an unmarked one nobody can."""
        below = self.place == "under" or (self.place == "around" and self.matter == "a command and words")
        return not below or PROGRAMS[self.program].marks

    def __str__(self) -> str:
        return f"{self.program} {self.language} /{self.verb}, {self.typing}, quote: {self.place}, {self.matter}"


@dataclass(frozen=True)
class Came:
    """What came of a mail: its events, its letters (kind, to), and the texts of those that a customer got."""

    events: tuple[Any, ...]
    letters: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Played:
    variation: Variation
    raw: bytes
    came: Came
    wanted: Came

    @property
    def understood(self) -> bool:
        """A keyboard that writes capitals writes "1500 KR": so it stands in the offer, and is understood all the same."""
        said = WORDS[self.variation.language]
        spoken = any(said in text for text in self.wanted.texts) == any(
            said in _joined(text) for text in self.came.texts
        )
        came, wanted = (tuple(str(event).lower() for event in one.events) for one in (self.came, self.wanted))
        return (came, self.came.letters) == (wanted, self.wanted.letters) and spoken

    @property
    def from_the_quote(self) -> tuple[Any, ...]:
        """Events that the handler's own words did not ask for, capitals or not."""
        harmless = ("declined", "told", "replied", "noted", "assigned kari")
        wanted = {str(event).lower() for event in self.wanted.events}
        return tuple(e for e in self.came.events if str(e).lower() not in wanted and not e[0].startswith(harmless))

    def leaks(self, house: House) -> tuple[str, ...]:
        """Lines in letters to customers that are a command, or come from a letter to the handler."""
        lines = [line for text in self.came.texts for line in text.split("\n")]
        return tuple(line for line in lines if _is_command(line, house) or _SIGNED.search(line))


def _joined(text: str) -> str:
    """Without the line breaks that a program or RFC 3676 puts in."""
    return " ".join(text.split())


def _is_command(line: str, house: House) -> bool:
    return verbs.read_line(line.lstrip("|> "), house.policy.texts.vocabulary) is not None


@contextmanager
def houses() -> Iterator[House]:
    """A house of its own for some variations; routing by desk, so that Kari has each case."""
    with TemporaryDirectory(prefix="clients") as folder:
        made = House(Path(folder), desks=WITH_LINES, oncall=ONCALL)
        try:
            yield made
        finally:
            made.database.close()


def play(house: House, variation: Variation, wanted: Came | None = None) -> Played:
    """wanted: from an earlier play of the same words (see measure)."""
    notice = _notice(house, variation)
    raw = written(_reply(house, variation, notice))
    came = _came(house, notice, raw, variation)
    return Played(variation, raw, came, wanted if wanted is not None else measure(house, variation))


_MEASURED: dict[tuple[str, str, str], Came] = {}


def measure(house: House, variation: Variation) -> Came:
    """What the same words do in a mail that nobody can misread; looked at once."""
    # Where nobody can tell the words below an unmarked quote from it, the command above it is all that is left.
    alone = variation.place == "around" and not variation.at_the_top
    matter = "a command" if alone else variation.matter
    simple = replace(
        variation, program="thunderbird", place="nothing", typing="as it is", matter=matter, above="", signature=()
    )
    key = (simple.verb, simple.language, simple.matter)
    if key not in _MEASURED:
        _MEASURED[key] = _plainly(house, simple)
    return _MEASURED[key]


def _plainly(house: House, simple: Variation) -> Came:
    notice = _notice(house, simple)
    commands, text = _words(house, simple)
    reply = Reply(PROGRAMS["thunderbird"], "en", KARI, _them(notice), "x", _id(notice), commands, text, ())
    return _came(house, notice, written(replace(reply, serial=next(_SERIAL))), simple)


def _notice(house: House, variation: Variation) -> Got:
    """A case of Ann's in that language's desk, as it must stand; the letter that Kari answers."""
    house.letters()
    house.mail(ANN, "Skriveren på loftet", QUESTION, ADDRESSES[variation.language])
    notice = next(letter for letter in house.letters() if letter.kind == "notice")
    if notice.to != KARI[1]:
        house.reply(notice, "/assign kari")
        notice = next(letter for letter in house.letters() if letter.to == KARI[1] and letter.kind == "notice")
    before = TABLE[variation.verb].before
    if TABLE[variation.verb].of_colleague and "command" in variation.matter:
        return _asked(house, notice, before)
    if before and "command" in variation.matter:
        house.reply(notice, before)
        answer = next(letter for letter in house.letters() if letter.to == KARI[1])
        return answer if TABLE[variation.verb].of_draft else notice
    return notice


def _asked(house: House, notice: Got, before: str) -> Got:
    """The letter that Kari gets when Ola, who has the case now, asks her for something."""
    house.reply(notice, "/assign ola")
    house.reply(next(letter for letter in house.letters() if letter.to == "ola@staff.example"), before)
    house.wait(seconds=61)
    return next(letter for letter in house.letters() if letter.to == KARI[1])


def _came(house: House, notice: Got, raw: bytes, variation: Variation) -> Came:
    number = str(notice.mail["X-Maild-Case"])
    seen = len(house.case(number)["events"])
    proof = b"Authentication-Results: mx.desk.example; dmarc=pass header.from=staff.example\r\n"
    house.arrives(proof + raw, notice.reply_to, KARI[1])
    letters = house.letters()
    house.wait(seconds=61)
    letters += house.letters()
    events = house.case(number)["events"][seen:]
    if TABLE[variation.verb].after:
        house.reply(notice, TABLE[variation.verb].after)
    mine = [letter for letter in letters if str(letter.mail["X-Maild-Case"]) == number]
    return Came(
        tuple(map(_said, events)),
        tuple(sorted((letter.kind, letter.to) for letter in mine)),
        tuple(_text(letter) for letter in mine if letter.to == parseaddr(ANN)[1]),
    )


def _text(letter: Got) -> str:
    """Without the two links of an offer, by which the customer herself answers it."""
    if letter.kind != "offer":
        return letter.text
    text, found = _OFFERS.subn("", letter.text)
    assert found == 2
    return text


def _said(event: dict[str, Any]) -> tuple[str, ...]:
    """An event's kind and words; numbers of rows, hours and commitments differ from case to case."""
    values = (
        str(value) for value in event["data"].values() if isinstance(value, str | bool) and ":00" not in str(value)
    )
    return (re.sub(r"(?<=incoming:)\d+|\b[0-9a-f]{32,64}\b", "", " ".join((event["kind"], *values))),)


# --- the mail ---------------------------------------------------------------------------------------------------------------


def _words(house: House, variation: Variation) -> tuple[list[str], list[str]]:
    """The lines of commands and of text, before anything happens to them."""
    word = house.policy.texts.vocabulary.word(variation.verb, variation.language)
    argument = TABLE[variation.verb].said(variation.language)
    commands = [f"/{word} {argument}".strip()] if "command" in variation.matter else []
    return commands, [WORDS[variation.language]] if "words" in variation.matter else []


def _reply(house: House, variation: Variation, notice: Got) -> Reply:
    commands, text = _words(house, variation)
    if variation.typing == "mention" and TABLE[variation.verb].person and commands:
        verb = commands[0].rpartition(" ")[0]
        commands = [f"{verb} {LINK.format('@Ola Hansen', 'mailto:ola@staff.example')}"]
    program = PROGRAMS[variation.program]
    shown = quoted.of(notice.mail, program.link == "{0}<{1}>")
    around = variation.place == "around" and bool(commands)
    return Reply(
        program, variation.language, KARI, _them(notice), notice.subject, _id(notice),
        commands=[*filter(None, [variation.above]), *(TYPING[variation.typing](line) for line in commands)],
        text=[] if around else [*text, *variation.signature],
        below=text if around else [],
        quote=shown.lines,
        quote_html=shown.page,
        place="under" if variation.place == "under" else "nothing" if variation.place == "nothing" else "top",
        listed=LISTS.get(variation.typing, "") if commands else "",
        signed=variation.signed,
        serial=next(_SERIAL),
    )  # fmt: skip


def _them(notice: Got) -> tuple[str, str]:
    return parseaddr(str(notice.mail["Reply-To"]))


def _id(notice: Got) -> str:
    return str(notice.mail["Message-ID"])


def all_of(programs: Sequence[str] = tuple(PROGRAMS)) -> Iterator[Variation]:
    """Each program with each verb in each language, and each program with each way to type and to quote; what is not crossed turns."""
    matter, place, typing, verb = map(itertools.cycle, (MATTERS[:2], PLACES[:2], list(TYPING), list(TABLE)))
    for program, language, name in itertools.product(programs, ADDRESSES, TABLE):
        yield Variation(program, language, name, next(place), next(typing), next(matter))
    for program, language, where, what in itertools.product(programs, ADDRESSES, PLACES, MATTERS):
        yield Variation(program, language, next(verb), where, next(typing), what, signed=True)
    for program, how in itertools.product(programs, TYPING):
        yield Variation(program, "nb", next(verb), "top", how, next(matter))
