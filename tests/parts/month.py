"""month: October 2026 of a small site, lived through: four channels, four desks' worth of trouble, and what lies at the edges.

lived(folder) -> House, on 3 November.  What happened stands in `live`, day by day, on the clock in Oslo and Ljubljana.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from maild.model import case as cases
from maild.model.clock_events import Breached, Pledged
from maild.model.events import Event
from maild.model.people import MAILD
from maild.model.plan import Happened, Plan
from maild.model.recorded import Recorded
from maild.store import views
from maild.store.cases import load_cases
from maild.store.record import record
from parts.house import House

OSLO = ZoneInfo("Europe/Oslo")
CONFIG = "door: {lmtp: lmtp}\ndatabase: maild.db\nstate: .\n"
ANN, BO, CENE = "Ann Berg <ann@kunde.example>", "Bo Vik <bo@annen.example>", "Cene Novak <cene@knjiznica.example>"
FORM, NAGIOS = "Skjema <skjema@kommune.example>", "Nagios <nagios@monitor.example>"
KARI, OLA, MAJA, IDA = (f"{name}@staff.example" for name in ("kari", "ola", "maja", "ida"))
DESKS = """
support: {addresses: [support@desk.example], name: Kundeservice, language: nb, zone: Europe/Oslo, calendar: office}
podpora: {addresses: [podpora@desk.example], name: Podpora, language: sl, zone: Europe/Ljubljana, number: 'P-{n}'}
varsling:
  {addresses: [varsling@desk.example], name: Varsling, language: nb, zone: Europe/Oslo, number: 'V-{n}', confidential: true}
"""
PEOPLE = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example], digest: none, desks: support}
ola: {name: Ola Hansen, addresses: [ola@staff.example], digest: none, desks: support}
maja: {name: Maja Kos, addresses: [maja@staff.example], digest: none, desks: podpora, language: sl}
ida: {name: Ida Lie, addresses: [ida@staff.example], digest: none, desks: varsling, role: lead}
"""
CALENDARS = "office: {zone: Europe/Oslo, hours: {weekdays: 08:00-16:00}, holidays: NO}\n"
CUSTOMERS = """
kunde: {name: Kunde AS, domains: [kunde.example]}
kommune: {name: Kommunen, forms: [skjema@kommune.example]}
"""
AGREEMENTS = "service: {name: Driftsavtale, organisations: [kunde], from: 2026-01-01, covers: [machine]}\n"
ROUTING = r"""
- name: printers
  when: {subject: {contains: skriver}}
  set: {category: printers, type: fault, priority: high, handler: kari}
- name: form
  when: {from: skjema@kommune.example}
  set: {category: access, type: order, customer: {field: E-post}, handler: ola}
- name: alarms
  when: {from: nagios@monitor.example, subject: {matches: '(?P<host>\w+) is (?P<state>\w+)'}}
  set: {priority: critical, handler: ola, correlate: {key: '{host}', open: [DOWN], close: [UP]}}
- name: Ljubljana
  when: {desk: podpora}
  set: {category: access, type: question, handler: maja}
- name: Ida
  when: {desk: varsling}
  set: {category: access, handler: ida}
"""


def lived(folder: Path) -> House:
    house = House(
        folder,
        routing=ROUTING,
        desks=DESKS,
        people=PEOPLE,
        customers=CUSTOMERS,
        calendars=CALENDARS,
        agreements=AGREEMENTS,
        cases="categories: [printers, access]\n",
    )
    (folder / "maild.yaml").write_text(CONFIG)
    house.now = datetime(2026, 9, 30, 12, 0, tzinfo=UTC)
    live(house)
    return house


def at(house: House, when: str) -> None:
    """It becomes that hour of that day in Oslo, with whatever wakes until then."""
    house.wait(seconds=(oslo(when) - house.now).total_seconds())
    house.letters()


def says(house: House, when: str, handler: str, number: str, text: str) -> None:
    """A handler replies to the newest letter that he has of a case."""
    at(house, when)
    key = handler.partition("@")[0]
    house.reply(house.newest(number, f"handler:{key}"), text)
    house.wait(minutes=2)


def happened(house: House, number: str, event: Event) -> None:
    """Something of which only the event matters here, such as what a letter told."""
    row = views.case_id(house.session, number)
    assert row is not None
    case = load_cases(house.session, [row])[row]
    new = Recorded(case.seq + 1, house.now, MAILD, "wake", event)
    plan = Plan(
        (Happened(row, new),), (cases.apply(case, new),), wakes={row: when} if (when := cases.wake_at(case)) else {}
    )
    with house.session.transaction():
        record(house.session, plan, house.now, house.policy.hash)


def promises(house: House, number: str, target: str, until: str, letter: int = 1) -> None:
    """A letter tells the customer by when."""
    happened(house, number, Pledged(target, oslo(until), letter))


def oslo(when: str) -> datetime:
    return datetime.fromisoformat(f"2026-{when}").replace(tzinfo=OSLO).astimezone(UTC)


def live(house: House) -> None:
    at(house, "09-30 23:30")
    house.mail(ANN, "Skriver", "Den blinker.")  # 1001: September's, but answered and solved in October
    at(house, "10-01 00:10")
    house.mail(BO, "Skriver i andre", "Den står.")  # 1002
    promises(house, "1002", "first_response", "10-01 13:00")
    promises(house, "1002", "resolution", "10-02 08:30")  # half an hour too early
    says(house, "10-01 09:00", KARI, "1001", "/tid 25m maskin\n\nSe etter papir.")
    says(house, "10-01 10:00", KARI, "1001", "/lukk")
    says(house, "10-01 12:00", KARI, "1002", "/tid 20m bruker\n\nSlå den av og på.")
    says(house, "10-02 09:00", KARI, "1002", "/lukk\n\nDa er den i gang.")
    at(house, "10-05 10:00")
    house.reply(house.newest("1002", "person:%"), "Nå står den igjen.")
    says(house, "10-05 12:00", KARI, "1002", "/lukk\n\nNytt papir.")
    at(house, "10-06 10:00")
    house.mail(f"Kari Nordmann <{KARI}>", "Ringte", "/for ann@kunde.example\nHun får ikke logget inn.")  # 1003
    says(house, "10-06 11:00", KARI, "1003", "/tid 10m bruker\n/lukk stille")
    at(house, "10-07 09:00")
    house.mail(FORM, "Skjema", "Navn: Ann\nE-post: ann@kunde.example\nNy bruker.")  # 1004
    promises(house, "1004", "first_response", "10-07 15:00")  # it comes the next day
    promises(house, "1004", "resolution", "10-08 13:00")  # put off while it waits for her answer
    says(house, "10-08 09:00", OLA, "1004", "/tid 35m\n/vent kunde\n\nHva skal hun hete?")
    at(house, "10-12 09:00")
    house.reply(house.newest("1004", "person:%"), "Eva.")
    says(house, "10-12 11:00", OLA, "1004", "/lukk\n\nEva er på plass.")
    october_second_half(house)


def october_second_half(house: House) -> None:
    at(house, "10-13 02:00")
    house.mail(NAGIOS, "web01 is DOWN", "Se loggen.", Auto_Submitted="auto-generated")  # 1005
    at(house, "10-13 04:00")
    house.mail(NAGIOS, "web01 is UP", "Se loggen.", Auto_Submitted="auto-generated")
    at(house, "10-14 09:00")
    house.mail(ANN, "Sjefen", "Han drikker.", to="varsling@desk.example")  # V-1001, confidential
    promises(house, "V-1001", "first_response", "10-14 12:00")
    says(house, "10-14 10:00", IDA, "V-1001", "/tid 40m\n\nTakk for at du sier fra.")
    says(house, "10-15 10:00", IDA, "V-1001", "/lukk\n\nDet er tatt opp.")
    numbers = iter(("P-1001", "P-1002", "P-1003"))
    for day, number in zip(("10-15", "10-24", "10-25"), numbers, strict=True):
        at(house, f"{day} 23:00")
        row = house.mail(CENE, f"Geslo {number}", "Ne dela.", to="podpora@desk.example")
        # As a mailbox's mail stands there.
        house.session.execute("UPDATE incoming SET source='imap' WHERE id=?", (row,))
    promises(house, "P-1003", "first_response", "10-27 09:00")
    happened(house, "P-1001", Breached("first_response", oslo("10-16 11:00")))
    says(house, "10-25 23:30", MAJA, "P-1002", "/zapri\n\nNovo geslo.")  # over the change of the clock
    says(house, "10-26 01:00", MAJA, "P-1001", "/zapri\n\nNovo geslo.")
    says(house, "10-26 23:00", MAJA, "P-1003", "/zapri\n\nNovo geslo.")
    at(house, "10-27 09:00")
    house.mail("Spammer <x@spam.example>", "Skriver billig", "Kjøp!")  # 1006
    says(house, "10-27 09:30", KARI, "1006", "/spam")
    at(house, "10-28 09:00")
    house.mail(BO, "Skriver igjen", "Den står.")  # 1007
    promises(house, "1007", "resolution", "10-30 12:00")  # nobody solves it in time
    house.mail("Dag <dag@annen.example>", "Skriveren", "Den står.")  # 1008
    says(house, "10-28 10:00", KARI, "1008", "/slå sammen #1007")
    at(house, "11-01 00:10")
    house.mail(BO, "Skriver i november", "Den står.")  # November's
    says(house, "11-02 09:00", KARI, "1007", "/lukk\n\nDa så.")
    at(house, "11-03 09:00")
