"""What was promised slips, or soon will: who is told, and what else the ladder does; each step once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from parts.house import Got, House
from parts.ladders import KARI, LISE, OLA, PEOPLE, TO_KARI, TO_NOBODY, Site, events, house_of, sla, told

from maild.edges.ticker import wake

ANN = "Ann Berg <ann@kunde.example>"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Makes a house with a ladder of these steps."""
    made: list[House] = []

    def make(
        *steps: str, routing: str = TO_KARI, desks: str = "", people: str = PEOPLE, oncall: str = "", **said: str
    ) -> House:
        files = {"people": people, "oncall": oncall} | ({"desks": desks} if desks else {})
        made.append(house_of(tmp_path, sla(*steps, **said), routing, **files))
        return made[-1]

    yield make
    for house in made:
        house.database.close()


def begun(house: House, subject: str = "Skriver") -> Got:
    house.mail(ANN, subject, "Den står.")
    return house.letters("notice")[-1]


def test_each_step_is_taken_once_when_its_time_comes(site: Site):
    house = site("50%: handler", "100%: lead", "+2h: ola", response="1h")
    begun(house)
    house.wait(minutes=29)
    assert told(house) == []
    house.wait(minutes=1)
    assert told(house) == [("warning", KARI)]
    house.wait(minutes=30)
    assert told(house) == [("warning", LISE)]
    house.wait(hours=1)
    assert told(house) == []
    house.wait(hours=1)
    assert told(house) == [("warning", OLA)]
    house.wait(days=30)
    assert told(house) == []
    response = "first_response"
    assert events(house, "1001") == [
        ("warned", response, "50%"), ("breached", response, ""), ("warned", response, "100%"), ("warned", response, "+2h"),
    ]  # fmt: skip


def test_a_letter_says_what_slips_when_it_was_due_and_why_its_reader_is_told(site: Site):
    house = site("50%: handler", "+2h: ola", response="1h")
    begun(house)
    house.wait(minutes=30)
    (soon,) = house.letters("warning")
    assert "Første svar: frist mandag 2. mars 2026 kl. 11:00, 30 min igjen." in soon.text
    assert "Varsles når 50 % av tiden er gått: den som har saken." in soon.text
    assert "| Den står." in soon.text
    house.wait(hours=2, minutes=30)
    (late,) = house.letters("warning")
    assert "Første svar: frist mandag 2. mars 2026 kl. 11:00, 2 t over fristen." in late.text
    assert "Varsles 2 t etter fristen: Ola Hansen." in late.text
    assert "Kari Nordmann har saken" in late.text
    assert "[#1001] Skriver" in late.subject


def test_who_answers_in_time_is_never_told(site: Site):
    house = site("50%: handler", "100%: lead", response="1h")
    notice = begun(house)
    house.reply(notice, "Hei, slå den av og på.")
    house.wait(hours=5)
    assert told(house) == []
    assert "breached" not in house.kinds("1001")


def test_an_answer_to_the_warning_is_an_answer_to_the_customer(site: Site):
    house = site("50%: handler", response="1h")
    begun(house)
    house.wait(minutes=30)
    (warning,) = house.letters("warning")
    house.reply(warning, "Hei, slå den av og på.")
    house.wait(minutes=2)
    (update,) = house.letters("update")
    assert (update.to, "Hei, slå den av og på." in update.text) == ("ann@kunde.example", True)
    house.wait(hours=5)
    assert told(house) == []


def test_a_lead_takes_the_case_from_the_warning(site: Site):
    house = site("100%: lead", response="1h")
    begun(house)
    house.wait(hours=1)
    (warning,) = house.letters("warning")
    house.reply(warning, "/ta")
    assert house.case("1001")["handler"] == LISE


def test_a_case_that_waits_for_the_customer_slips_nowhere(site: Site):
    house = site("50%: handler", solution="4h")
    notice = begun(house)
    house.reply(notice, "/vent kunde")
    house.letters()
    house.wait(days=3)
    assert told(house) == []


def test_a_priority_that_a_step_raises_holds_at_once(site: Site):
    house = site("100%: handler priority=critical", response="4h", solution="10h", critical="1h")
    begun(house)
    house.wait(hours=4)
    assert house.case("1001")["priority"] == "critical"
    # Of a critical case the solution is due after an hour: that is over, too, and its step is taken in the same breath.
    assert [event[:2] for event in events(house, "1001")] == [
        ("breached", "first_response"), ("warned", "first_response"), ("breached", "resolution"), ("warned", "resolution"),
    ]  # fmt: skip
    (warning,) = house.letters("warning")
    assert "prioritet: kritisk" in warning.text
    assert "Første svar: frist" in warning.text
    assert "Løsning: frist" in warning.text


def test_a_step_never_lowers_a_priority(site: Site):
    urgent = TO_KARI.replace("{handler: kari}", "{handler: kari, priority: critical}")
    house = site("100%: handler priority=high", response="1h", routing=urgent)
    begun(house)
    house.wait(hours=1)
    assert house.case("1001")["priority"] == "critical"


LINES = """
support:
  addresses: [support@desk.example]
  name: Kundeservice
  language: nb
  zone: Europe/Oslo
  lines: {"1": [kari], "2": [ola]}
"""


def test_a_step_passes_the_case_to_the_next_line_whose_handler_reads_all_of_it(site: Site):
    house = site("100%: handler escalate", "+1h: line escalate", response="1h", desks=LINES)
    begun(house)
    house.wait(hours=1)
    assert house.case("1001")["handler"] == OLA
    letters = {letter.to: letter for letter in house.letters()}
    assert (letters[OLA].kind, letters[KARI].kind) == ("notice", "warning")
    assert "trappen (sla.yaml) har hevet prioriteten eller sendt saken videre" in letters[OLA].text
    assert "| Den står." in letters[OLA].text
    assert "Ola Hansen har saken" in letters[KARI].text
    house.wait(hours=1)
    assert house.case("1001")["handler"] == OLA, "from the last line it goes nowhere"
    assert told(house) == [("warning", OLA)]


def test_nobody_has_it_so_the_team_is_told_instead_of_its_handler(site: Site):
    house = site("100%: handler", response="1h", routing=TO_NOBODY)
    begun(house)
    house.wait(hours=1)
    assert [to for _, to in told(house)] == [KARI, LISE, OLA]


def test_who_is_away_has_somebody_who_stands_in(site: Site):
    people = PEOPLE.replace("Kari Nordmann,", "Kari Nordmann, cover: [ola],")
    house = site("100%: handler", response="1h", people=people)
    notice = begun(house)
    house.reply(notice, "/borte til fredag")
    house.letters()
    house.wait(hours=1)
    (warning,) = house.letters("warning")
    assert warning.to == OLA


def test_a_desk_without_a_lead_tells_its_team(site: Site):
    house = site("100%: lead", response="1h", people=PEOPLE.replace(", role: lead", ""))
    begun(house)
    house.wait(hours=1)
    assert [to for _, to in told(house)] == [KARI, LISE, OLA]


def test_a_step_tells_the_line_that_has_the_case(site: Site):
    second = "- name: second\n  set: {line: '2', handler: nobody}\n"
    house = site("100%: line", response="1h", desks=LINES, routing=second)
    begun(house)
    house.wait(hours=1)
    assert told(house) == [("warning", OLA)]


ROTA = """
vakt:
  name: Vakt
  desks: [support]
  people: [ola]
  start: 2026-03-02
  handover: monday 08:00
  hours: {everyday: 08:00-12:00}
"""


def test_a_step_tells_who_has_duty_and_outside_of_it_the_leads(site: Site):
    house = site("50%: oncall", "100%: oncall", response="4h", oncall=ROTA)
    begun(house)
    house.wait(hours=1, minutes=59)
    assert told(house) == []
    # 12:00 in Oslo: duty has just ended.
    house.wait(minutes=1)
    (letter,) = house.letters("warning")
    assert (letter.to, "Varsles når 50 % av tiden er gått: den som har vakt." in letter.text) == (LISE, True)
    house.wait(hours=20)
    house.letters()
    house.mail(ANN, "Nettet", "Det er nede.")
    house.wait(hours=2)
    assert ("warning", OLA) in told(house)


SECRET = """
support:
  addresses: [support@desk.example]
  name: Kundeservice
  language: nb
  zone: Europe/Oslo
  confidential: true
drift:
  addresses: [drift@desk.example]
  name: Drift
  language: nn
  zone: Europe/Oslo
"""


def test_of_a_confidential_case_only_those_hear_who_may_see_it(site: Site):
    people = PEOPLE.replace("Ola Hansen,", "Ola Hansen, desks: [drift],")
    house = site("100%: ola", response="1h", desks=SECRET, people=people)
    begun(house)
    house.wait(hours=1)
    assert [to for _, to in told(house)] == [KARI, LISE]


def test_in_quiet_hours_nobody_is_told_until_they_end(site: Site):
    house = site("100%: handler", quiet="22:00-07:00", response="14h")
    begun(house)
    house.wait(hours=14)
    assert "breached" in house.kinds("1001"), "at midnight in Oslo"
    assert told(house) == []
    house.wait(hours=6, minutes=59)
    assert told(house) == []
    house.wait(minutes=1)
    assert told(house) == [("warning", KARI)]


def test_who_is_told_by_several_words_gets_one_letter(site: Site):
    house = site("100%: handler kari desk", response="1h")
    begun(house)
    house.wait(hours=1)
    assert [to for _, to in told(house)] == [KARI, LISE, OLA]


def test_a_reply_that_comes_before_the_letter_is_written_leaves_it_unwritten(site: Site):
    house = site("100%: handler", response="1h")
    notice = begun(house)
    house.now += timedelta(hours=1)
    with house.session.transaction():
        wake(house.session, house.now)
    house.settle()
    house.reply(notice, "Hei.")
    house.wait(minutes=2)
    assert told(house) == []
    assert [event["data"]["reason"] for event in house.case("1001")["events"] if event["kind"] == "suppressed"] == [
        "it was done meanwhile"
    ]
