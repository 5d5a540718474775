"""A customer says nothing, but others owe something too, or we owe her something: her case is not closed by itself; its handler decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from parts import duty
from parts.house import House
from stories.test_reminders import ANN, BO, HELLO, KARI, PATIENCE, WAIT, at, oslo

Site = Callable[..., House]
NEWS = {
    "en": "The case does not close by itself, for a task is not done",
    "nb": "Saken avsluttes ikke av seg selv, for en oppgave er ikke gjort",
    "nn": "Saka blir ikkje avslutta av seg sjølv, for ei oppgåve er ikkje gjord",
    "sl": "Zahtevek se ne bo zaključil sam, ker naloga še ni opravljena",
}
TASK = {"en": "task", "nb": "oppgave", "nn": "oppgåve", "sl": "naloga"}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made: list[House] = []

    def make(language: str = "nb") -> House:
        desks = duty.DESKS.replace("language: nb", f"language: {language}\n{PATIENCE.rstrip()}")
        made.append(House(tmp_path, desks=desks, people=duty.people(language), calendars=duty.CALENDARS))
        made[-1].now = oslo("2026-03-02T10:00")
        made[-1].mail(ANN, "Skriver", HELLO[language])
        made[-1].letters()
        return made[-1]

    yield make
    for one in made:
        one.database.close()


def say(house: House, text: str, number: str = "1001") -> None:
    house.reply(house.newest(number), text)
    house.wait(minutes=2)
    house.letters()


def left(house: House, why: str) -> None:
    """Its handler hears of it once, its customer nothing, and it goes on waiting."""
    got = [one for one in at(house, "2026-04-01T10:00") if one.kind in ("news", "reminder", "unanswered")]
    assert [(one.kind, one.to) for one in got] == [("news", KARI)]
    assert why in " ".join(got[0].text.split())
    assert house.case("1001")["status"] == "waiting"


@pytest.mark.parametrize("language", NEWS)
def test_a_task_that_is_not_done(site: Site, language: str) -> None:
    house = site(language)
    say(house, f"/{TASK[language]} kari Bestill del\n{WAIT[language]}\nHva står på lappen?")
    left(house, NEWS[language])


def test_a_supplier_who_has_not_answered(site: Site) -> None:
    house = site()
    say(house, "/spør verksted@lev.example\nKan dere reparere den?")
    say(house, "/vent kunde\nHva står på lappen?")
    left(house, "en leverandør har ikke svart")


def test_a_supplier_who_has_answered_keeps_nothing_open(site: Site) -> None:
    house = site()
    notice = house.newest("1001")
    house.reply(notice, "/spør verksted@lev.example\nKan dere reparere den?")
    house.reply(house.newest("1001", "person:2"), "Ja, det kan vi.")
    house.reply(notice, "/vent kunde\nHva står på lappen?")
    house.wait(minutes=2)
    house.letters()
    assert "unanswered" in [one.kind for one in at(house, "2026-03-20T10:00")]


def test_a_date_that_she_was_promised(site: Site) -> None:
    house = site()
    say(house, "/frist 2026-03-20\n/vent kunde\nHva står på lappen?")
    left(house, "kunden er lovet en dato")


def test_an_incident_to_which_cases_belong(site: Site) -> None:
    house = site()
    say(house, "/hendelse Nettet er nede")
    house.mail(BO, "Nettet", "Her er det også nede.")
    house.letters()
    say(house, "/koble #1001", "1002")
    say(house, "/vent kunde\nHva står på lappen?")
    left(house, "andre saker hører til den")


def test_a_colleague_s_answer_that_waits_to_be_let_in_after_she_was_told_when_it_ends(site: Site) -> None:
    house = site()
    say(house, "/vent kunde\nHva står på lappen?")
    assert [one.kind for one in at(house, "2026-03-10T10:00")] == ["reminder", "reminder"]
    house.reply(house.newest("1001", "person:%"), "Det står HP 4000 på lappen.", "Per Li <per@kunde.example>")
    house.letters()
    assert house.case("1001")["status"] == "waiting"
    left(house, "noen utenfor saken har skrevet")
