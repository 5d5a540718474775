"""Who stands in for a handler who is away: what he reads and may answer, and what is not for him."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from parts.house import DESKS, Got, House

ANN = "Ann Berg <ann@kunde.example>"
OLA, TOR, PER, EVA = (f"{name}@staff.example" for name in ("ola", "tor", "per", "eva"))
PEOPLE = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example], digest: none, cover: ola, desks: [support]}
ola: {name: Ola Hansen, addresses: [ola@staff.example], digest: none, cover: tor, desks: [drift]}
tor: {name: Tor Moen, addresses: [tor@staff.example], digest: none, desks: [drift]}
per: {name: Per Li, addresses: [per@staff.example], digest: none, desks: [support, podpora, help]}
eva: {name: Eva Dahl, addresses: [eva@staff.example], digest: none, desks: [support], role: lead}
"""
RULES = """
- {name: secret, when: {subject: Lønn}, set: {confidential: true, handler: kari}}
- {name: drift, when: {desk: drift}, set: {handler: ola}}
- {name: all, set: {handler: kari}}
"""
Make = Callable[..., House]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[House] = []

    def house(people: str = PEOPLE) -> House:
        made.append(House(tmp_path, RULES, people=people, desks=DESKS))
        return made[-1]

    yield house
    for one in made:
        one.database.close()


def begun(house: House, subject: str = "Skriver", to: str = "support@desk.example") -> tuple[Got, Got]:
    """A case: the customer's acknowledgement, and the notice of whoever has it."""
    house.mail(ANN, subject, "Den står.", to)
    ack, notice = house.letters()
    return ack, notice


def goes(house: House, notice: Got) -> None:
    house.reply(notice, "/borte")
    house.letters()


def heard(house: House, ack: Got, words: str = "Hva skjer?") -> list[Got]:
    """What the customer's next mail makes maild write."""
    house.reply(ack, words, ANN)
    house.wait(minutes=2)
    return house.letters()


# --- confidential -----------------------------------------------------------------------------------------------------------------


def test_what_a_rule_made_confidential_goes_to_the_desk_s_lead_and_not_to_a_cover_of_another_desk(make: Make):
    house = make()
    ack, notice = begun(house, "Lønn til Bo")
    goes(house, notice)
    assert [letter.to for letter in heard(house, ack)] == [EVA]


def test_other_cases_go_to_that_cover(make: Make):
    house = make()
    ack, notice = begun(house)
    goes(house, notice)
    assert [letter.to for letter in heard(house, ack)] == [OLA]


def test_a_cover_with_a_role_at_the_desk_reads_what_is_confidential(make: Make):
    house = make(PEOPLE.replace("cover: tor, desks: [drift]", "cover: tor, desks: [drift, support]"))
    ack, notice = begun(house, "Lønn til Bo")
    goes(house, notice)
    assert [letter.to for letter in heard(house, ack)] == [OLA]


def test_a_desk_without_a_lead_reads_it_together(make: Make):
    house = make(PEOPLE.replace(", role: lead", ""))
    ack, notice = begun(house, "Lønn til Bo")
    goes(house, notice)
    assert sorted(letter.to for letter in heard(house, ack)) == [EVA, PER]


def test_a_confidential_case_is_not_given_to_a_cover_of_another_desk(make: Make):
    house = make()
    _, mine = begun(house)
    _, notice = begun(house, "Lønn til Bo")
    house.reply(notice, "/tildel per")
    goes(house, mine)
    theirs = house.newest("1002", "handler:per")
    house.letters()
    house.reply(theirs, "/tildel kari")
    (error,) = house.letters()
    assert (error.kind, error.to, "per, eva" in error.text) == ("error", PER, True)


# --- what a case asks of people ---------------------------------------------------------------------------------------------------


def test_a_supplier_s_answer_is_read_and_answered_by_who_stands_in(make: Make):
    house = make()
    _, notice = begun(house)
    house.reply(notice, "/spør help@canon.example\nHva betyr E-42?")
    house.wait(minutes=2)
    (question,) = house.letters("question")
    goes(house, notice)
    house.reply(question, "Papirstopp.")
    (answer,) = house.letters()
    assert (answer.kind, answer.to, "Papirstopp." in answer.text) == ("supplier", OLA, True)
    assert "Ta saken" in answer.text
    house.reply(answer, "Takk skal dere ha.")
    house.wait(minutes=2)
    assert [letter.to for letter in house.letters("question")] == ["help@canon.example"]


def test_an_offer_s_answer_goes_to_who_stands_in(make: Make):
    house = make()
    _, notice = begun(house)
    house.reply(notice, "/tilbud 1500 kr Finne årsaken")
    house.wait(minutes=2)
    (offer,) = house.letters("offer")
    goes(house, notice)
    house.reply(offer, "Ja", ANN)
    house.wait(minutes=2)
    (told,) = house.letters()
    assert (told.to, "Kunden godtar tilbudet" in told.text) == (OLA, True)


def test_a_task_of_somebody_who_is_away_is_done_by_who_stands_in(make: Make):
    house = make()
    _, his = begun(house, "Nettet", "drift@desk.example")
    _, notice = begun(house)
    goes(house, his)
    house.reply(notice, "/oppgave Bytte trommel; ola")
    (task,) = house.letters("task")
    assert (task.to, "Oppgave 1 er din" in task.text, "er vikar for en kollega" in task.text) == (TOR, True, True)
    house.reply(task, "/ferdig")
    assert [task["state"] for task in house.case("1002")["tasks"]] == ["done"]


def test_a_reminder_of_a_task_reaches_who_stands_in(make: Make):
    house = make()
    _, notice = begun(house)
    house.reply(notice, "/oppgave Ringe Ann; 4.3.")
    goes(house, notice)
    house.wait(days=2)
    (reminder,) = house.letters()
    assert (reminder.to, "Fristen for oppgave 1 er nå" in reminder.text) == (OLA, True)


@pytest.mark.parametrize(("line", "said"), [("/vis #1002", "#1002 Skriver"), ("1002 prioritet høy", "prioritet høy")])
def test_who_stands_in_may_name_the_case_as_its_own_people_do(make: Make, line: str, said: str):
    house = make()
    begun(house, "Nettet", "drift@desk.example")
    _, notice = begun(house)
    house.mail(OLA, "Liste", line, "drift@desk.example")
    (error,) = house.letters()
    assert error.kind == "error", "nothing to him while she is here"
    goes(house, notice)
    house.wait(seconds=1)
    house.mail(OLA, "Liste", line, "drift@desk.example")
    (receipt,) = house.letters()
    assert (receipt.kind, said in receipt.text) == ("receipt", True)
