"""duty: a site with opening hours and a rota, for stories.

The calendar is that of a Norwegian office; duty runs outside of it.  Kari has the week of Monday 2 March 2026, Ola the next one.
Ida leads the desk and is in no rota; Per works for another desk.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from maild.model.rota import Book, on_duty
from maild.store.absence import absent
from maild.store.swaps import swaps
from parts.house import Got, House

KARI, OLA, IDA = "kari@staff.example", "ola@staff.example", "ida@staff.example"
Site = Callable[..., House]
DESKS = """
support:
  addresses: [support@desk.example]
  name: Kundeservice
  language: nb
  zone: Europe/Oslo
  calendar: office
drift:
  addresses: [drift@desk.example]
  name: Drift
  language: nb
  zone: Europe/Oslo
"""
PEOPLE = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example], digest: none, desks: support}
ola: {name: Ola Hansen, addresses: [ola@staff.example], digest: none, desks: support}
lars: {name: Lars Li, addresses: [lars@staff.example], digest: none, desks: support}
ida: {name: Ida Vik, addresses: [ida@staff.example], digest: none, desks: support, role: lead}
per: {name: Per Moe, addresses: [per@staff.example], digest: none, desks: drift}
"""
CALENDARS = """
office:
  zone: Europe/Oslo
  hours: {weekdays: 08:00-16:00}
  holidays: NO
  days: {12-24: until 12:00, easter-4: until 12:00}
"""
ONCALL = """
vakt:
  name: Driftsvakt
  desks: [support]
  people: [kari, ola, lars]
  start: 2026-03-02
  handover: monday 08:00
  hours: {weekdays: 15:30-08:00, weekend: all day, holidays: all day}
"""


def people(language: str, digest: str = "none") -> str:
    """With everybody's letters in that language, at that hour."""
    return PEOPLE.replace("digest: none", f"language: {language}, digest: '{digest}'")


def has_duty(house: House, at: str) -> tuple[str, ...]:
    """Who has duty at that time in Oslo."""
    rota = house.policy.rotas["vakt"]
    instant = datetime.fromisoformat(at).replace(tzinfo=rota.calendar.zone)
    book = Book.of(swaps(house.session, datetime(2026, 1, 1, tzinfo=UTC)), absent(house.session), house.policy.handlers)
    return on_duty(rota, instant, book)


def link(letter: Got, purpose: str) -> str:
    """The address of a button: y or x."""
    (found,) = {x for x in re.findall(r"mailto:([^?>]+)", letter.text) if x.startswith(f"support+{purpose}")}
    return str(found)


def kinds(house: House) -> list[str]:
    return [row[0] for row in house.session.all("SELECT kind FROM event WHERE kind LIKE 'duty_%' ORDER BY id")]


def asked(house: House, words: str = "/bytt ola fre", sender: str = KARI) -> tuple[Got, Got]:
    """Somebody's swap: the receipt, and the letter that asks."""
    house.mail(sender, "Vakt", words)
    letters = {letter.kind: letter for letter in house.letters()}
    assert set(letters) == {"receipt", "swap"}, {kind: letter.text for kind, letter in letters.items()}
    return letters["receipt"], letters["swap"]
