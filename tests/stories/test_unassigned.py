"""A case that nobody takes: whom its desk tells, and when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.house import Got, House
from parts.ladders import KARI, LISE, OLA, PEOPLE, TO_KARI, TO_NOBODY, Site, told

ANN = "Ann Berg <ann@kunde.example>"
DESKS = """
support:
  addresses: [support@desk.example]
  name: Kundeservice
  language: nb
  zone: Europe/Oslo
  calendar: office
  unassigned: {after: 2h, tell: lead}
drift:
  addresses: [drift@desk.example]
  name: Drift
  language: nn
  zone: Europe/Oslo
  calendar: office
  unassigned: {after: 1h, tell: [desk, ola]}
"""
CALENDARS = "office: {zone: Europe/Oslo, hours: {weekdays: 08:00-16:00}}\n"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made: list[House] = []

    def make(routing: str = TO_NOBODY, desks: str = DESKS) -> House:
        made.append(House(tmp_path, routing, desks=desks, people=PEOPLE, calendars=CALENDARS))
        return made[-1]

    yield make
    for house in made:
        house.database.close()


def begun(house: House) -> Got:
    house.mail(ANN, "Skriver", "Den står.")
    return house.letters("notice")[-1]


def test_nobody_takes_it_and_the_lead_is_told_once(site: Site):
    house = site()
    begun(house)
    house.wait(hours=1, minutes=59)
    assert told(house) == []
    house.wait(minutes=1)
    (warning,) = house.letters()
    assert (warning.kind, warning.to) == ("warning", LISE)
    assert "Ingen har tatt saken siden mandag 2. mars 2026 kl. 10:00, altså på 2 t (åpningstid)." in warning.text
    assert "Varsles: lederne i gruppen." in warning.text
    assert "| Den står." in warning.text
    assert house.kinds("1001").count("untended") == 1
    house.wait(days=5)
    assert told(house) == []


def test_the_lead_gives_it_to_somebody_by_answering(site: Site):
    house = site()
    begun(house)
    house.wait(hours=2)
    (warning,) = house.letters("warning")
    house.reply(warning, "/tildel ola")
    assert house.case("1001")["handler"] == OLA


def test_only_opening_hours_count(site: Site):
    house = site()
    house.wait(hours=6)
    begun(house)
    # 16:00 in Oslo: two hours later is 10:00 tomorrow.
    house.wait(hours=17, minutes=59)
    assert told(house) == []
    house.wait(minutes=1)
    assert told(house) == [("warning", LISE)]


def test_who_has_it_is_nobodys_concern(site: Site):
    house = site(TO_KARI)
    begun(house)
    house.wait(days=3)
    assert told(house) == []
    assert "untended" not in house.kinds("1001")


def test_a_case_that_is_taken_in_time_is_told_to_nobody(site: Site):
    house = site()
    house.reply(begun(house), "/ta")
    house.wait(days=3)
    assert told(house) == []


def test_given_back_it_has_its_time_anew(site: Site):
    house = site()
    begun(house)
    house.wait(hours=2)
    (warning,) = house.letters("warning")
    house.reply(warning, "/ta")
    house.wait(hours=1)
    house.letters()
    house.reply(warning, "/tildel ingen")
    house.wait(hours=1, minutes=59)
    assert told(house) == []
    house.wait(minutes=1)
    assert told(house) == [("warning", LISE)]
    assert house.kinds("1001").count("untended") == 2


def test_another_desk_has_its_own_time_and_people(site: Site):
    house = site()
    house.mail(ANN, "Nettet", "Det er nede.", to="drift@desk.example")
    house.letters()
    house.wait(hours=1)
    assert told(house) == [("warning", KARI), ("warning", LISE), ("warning", OLA)]


def test_while_it_waits_for_the_customer_nobody_is_told(site: Site):
    house = site()
    notice = begun(house)
    house.reply(notice, "/vent kunde")
    house.letters()
    house.wait(days=2)
    assert told(house) == []


def test_a_programs_mail_that_is_only_filed_waits_for_nobody(site: Site):
    house = site()
    house.mail("Avisen <news@kunde.example>", "Ukens nytt", "Hei.", Auto_Submitted="auto-generated")
    assert house.case("1001")["handler"] is None
    house.wait(days=3)
    assert told(house) == []


def test_many_that_nobody_takes_are_one_letter(site: Site):
    house = site()
    for number in range(11):
        house.mail(f"Ann <ann{number}@kunde.example>", f"Sak {number}", "Den står.")
    house.letters()
    house.wait(hours=2)
    (letter,) = house.letters()
    assert (letter.kind, letter.to, letter.subject) == ("warnings", LISE, "Kundeservice: Uten saksbehandler 11")
