"""An order with a wished date: its work begins so long before it, and until then the case is on hold and no time is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from parts.house import Got, House

ANN = "Ann Berg <ann@kunde.example>"
KARI = "kari: {name: Kari Nordmann, addresses: [kari@staff.example], digest: none}\n"
FACTS = """
wished:
  label: {nb: Ønsket dato, nn: Ønskt dato, sl: Želeni datum, en: Wished date}
  kind: date
  begins: 7d
"""
ASK = "- {name: orders, when: {subject: order}, set: {ask: wished, acknowledge: true}}\n"
SLA = "targets: {every: {calendar: always, pauses: [waiting], medium: {first_response: 4h}}}\n"
DESKS = {"nb": "support", "nn": "drift", "sl": "podpora", "en": "help"}
ORDER = {
    "nb": "Hei, vi trenger en ny skjerm til kontoret, og det haster ikke.\n\nØnsket dato: 1.4.2026",
    "nn": "Hei, vi treng ein ny skjerm til kontoret, og det hastar ikkje.\n\nØnskt dato: 1. april 2026",
    "sl": "Pozdravljeni, potrebujemo nov zaslon za pisarno, vendar se ne mudi.\n\nŽeleni datum: 1. 4. 2026",
    "en": "Hello, we need a new screen for the office, and there is no hurry.\n\nWished date: 2026-04-01",
}
SAID = {
    "nb": "Planlagt: arbeidet begynner onsdag 25. mars 2026 kl. 08:00, og saken er på vent til da",
    "nn": "Planlagt: arbeidet byrjar onsdag 25. mars 2026 kl. 08:00, og saka er på vent til då",
    "sl": "Načrtovano: delo se začne v sredo, 25. marca 2026, ob 8.00, do takrat je zahtevek zadržan",
    "en": "Planned: the work begins on Wednesday 25 March 2026 at 08:00, and the case is on hold until then",
}
Site = Callable[..., House]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made: list[House] = []

    def make(facts: str = FACTS, **files: str) -> House:
        made.append(House(tmp_path, ASK, facts=facts, people=KARI, **files))
        return made[-1]

    yield make
    for one in made:
        one.database.close()


def ordered(house: House, text: str = ORDER["nb"], language: str = "nb", *, proven: bool = True) -> Got:
    """What the handler gets."""
    house.mail(ANN, "Order", text, f"{DESKS[language]}@desk.example", proven=proven)
    return next(letter for letter in house.letters() if letter.kind == "notice")


def status(house: House) -> str:
    (row,) = house.session.all("SELECT status FROM cases")
    return str(row[0])


@pytest.mark.parametrize("language", DESKS)
def test_the_case_rests_until_the_work_begins(site: Site, language: str) -> None:
    house = site()
    notice = ordered(house, ORDER[language], language)
    assert SAID[language] in " ".join(notice.text.split())
    assert status(house) == "on_hold"
    house.wait(days=22)
    assert (house.letters(), status(house)) == ([], "on_hold")
    house.wait(days=1)
    assert [letter.kind for letter in house.letters()] == ["woken"]
    assert status(house) == "open"


def test_no_time_is_counted_until_then(site: Site) -> None:
    house = site(sla=SLA)
    ordered(house)
    house.wait(days=22, hours=23)
    house.wait(hours=2)
    assert "breached" not in house.kinds("1001")
    house.wait(hours=3)
    assert "breached" in house.kinds("1001"), "four hours after the work began"


def test_a_date_that_she_says_later_puts_it_off_too(site: Site) -> None:
    house = site()
    house.mail(ANN, "Order", "Hei, vi trenger en ny skjerm til kontoret.")
    ack = next(letter for letter in house.letters() if letter.kind == "ack")
    assert "Ønsket dato: ____" in ack.text
    house.reply(ack, "Ønsket dato: 1.4.2026", ANN)
    assert house.case("1001")["status"] == "on_hold"
    house.wait(minutes=6)
    update = next(letter for letter in house.letters() if letter.to == "kari@staff.example")
    assert SAID["nb"] in " ".join(update.text.split())


BEGINS = {
    "nb": "Vi begynner på saken onsdag 25. mars 2026 kl. 08:00, slik at det passer med datoen du ønsker.",
    "nn": "Vi tek til med saka onsdag 25. mars 2026 kl. 08:00, slik at det passar med datoen du ønskjer.",
    "sl": "Z delom bomo začeli v sredo, 25. marca 2026, ob 8.00, da bo usklajeno z datumom, ki ga želite.",
    "en": "We will begin on Wednesday 25 March 2026 at 08:00, to fit the date that you wish.",
}
ANSWER = {
    "nb": "Du får svar innen onsdag 25. mars 2026 kl. 12:00.",
    "nn": "Du får svar innan onsdag 25. mars 2026 kl. 12:00.",
    "sl": "Odgovor boste prejeli do srede, 25. marca 2026, do 12.00.",
    "en": "You will have an answer by Wednesday 25 March 2026 at 12:00.",
}


@pytest.mark.parametrize("language", DESKS)
def test_dates_that_she_was_told_before_she_said_hers_are_put_off_and_she_is_told(site: Site, language: str) -> None:
    house = site(sla=SLA)
    first, _, date = ORDER[language].partition("\n\n")
    house.mail(ANN, "Order", first, f"{DESKS[language]}@desk.example")
    ack = next(letter for letter in house.letters() if letter.kind == "ack")
    number = str(ack.mail["X-Maild-Case"])
    house.wait(minutes=30)
    house.reply(ack, date, ANN)
    house.wait(minutes=2)
    (letter,) = [letter for letter in house.letters() if letter.to == "ann@kunde.example"]
    text = " ".join(letter.text.split())
    assert (letter.kind, BEGINS[language] in text, ANSWER[language] in text) == ("planned", True, True)
    house.wait(days=23)
    house.wait(hours=1)
    assert "breached" not in house.kinds(number)
    house.wait(hours=4)
    assert house.kinds(number).count("breached") == 1, "four hours after the work began"


def test_a_date_that_is_near_or_says_nothing_changes_nothing(site: Site) -> None:
    house = site()
    for text in ("Ønsket dato: 5.3.2026", "Ønsket dato: 99.99.2026", "Ønsket dato: 1.4.2029"):
        notice = ordered(house, f"Hei, vi trenger en ny skjerm til kontoret.\n\n{text}")
        number = str(notice.mail["X-Maild-Case"])
        assert house.case(number)["status"] == "new", text


def test_what_nobody_proved_puts_nothing_off(site: Site) -> None:
    house = site()
    ordered(house, proven=False)
    assert status(house) == "new"


def test_work_that_has_begun_is_not_put_off(site: Site) -> None:
    house = site()
    house.mail(ANN, "Order", "Hei, vi trenger en ny skjerm til kontoret.")
    ack, notice = house.letters()
    house.reply(notice, "Hei Ann, hvilken størrelse?")
    house.wait(minutes=2)
    house.reply(ack, "Ønsket dato: 1.4.2026", ANN)
    assert status(house) == "open"


def test_a_fact_that_says_nothing_of_it_is_only_a_fact(site: Site) -> None:
    house = site(FACTS.replace("  begins: 7d\n", ""))
    ordered(house)
    assert status(house) == "new"
