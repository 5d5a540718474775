"""Who is at a critical case, and who is not: a refused mail, a passer-by, and whoever gives it away bring nobody to it."""

from __future__ import annotations

import pytest
from parts import duty
from parts.calls import FOUR, ROUTING, at, events, fire, paged
from parts.duty import IDA, KARI, OLA, Site
from parts.house import Got, House
from parts.ladders import sla

OTHER = """
driftvakt:
  name: Driftvakt
  desks: [drift]
  people: [per]
  start: 2026-03-02
  handover: monday 08:00
  hours: {weekdays: 15:30-08:00, weekend: all day, holidays: all day}
"""
HERS = ROUTING.replace("set: {handler: nobody}", "set: {handler: kari}")
WRONG = ["/prioritet lilla", "/asdf", "/take me away", "/slå sammen #9999"]


@pytest.fixture
def night(rota: Site) -> House:
    """Tuesday evening: Kari has duty."""
    return at(rota(routing=ROUTING, oncall=FOUR), "2026-03-03T20:00")


def notice(house: House, to: str) -> Got:
    """Of a fire, two minutes after it began."""
    house.mail("Ann Berg <ann@kunde.example>", "brann", "Det brenner.")
    (found,) = [letter for letter in house.letters("notice") if letter.to == to]
    house.letters()
    house.wait(minutes=2)
    return found


# --- a mail of which nothing is done ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", WRONG)
def test_a_refused_mail_of_a_passer_by_ends_no_page(night: House, wrong: str):
    night.reply(notice(night, IDA), wrong, IDA)
    assert [(letter.kind, letter.to) for letter in night.letters()] == [("error", IDA)]
    night.wait(minutes=8)
    assert paged(night) == ["kari", "ola"]
    assert night.case("1001")["handler"] is None


@pytest.mark.parametrize("wrong", WRONG)
def test_nor_does_a_refused_answer_to_the_page(night: House, wrong: str):
    (page,) = fire(night)
    night.letters()
    night.reply(page, wrong, KARI)
    (error,) = night.letters()
    assert error.kind == "error"
    assert night.case("1001")["handler"] is None
    night.reply(page, "Jeg er på vei.", KARI)
    night.wait(hours=1)
    assert paged(night) == ["kari"]


# --- a passer-by ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word", ["/tag strøm", "/merk strøm", "/følg", "/oppgave ring huset", "/oznaka tok", "/notat\nHuff."]
)
def test_a_label_or_a_note_brings_nobody(night: House, word: str):
    night.reply(notice(night, IDA), word, IDA)
    night.wait(minutes=8)
    assert paged(night) == ["kari", "ola"]
    assert events(night, "attended") == []


# --- whoever gives it away --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["/away", "/borte til fredag", "/odsoten"])
def test_whoever_answers_that_she_is_away_is_not_at_it_and_the_next_is_called_at_once(night: House, word: str):
    (page,) = fire(night)
    night.reply(page, word, KARI)
    assert [letter.to for letter in night.letters("page")] == [OLA]
    assert night.case("1001")["handler"] is None


@pytest.mark.parametrize("word", ["/assign ola", "/tildel ola", "/dodeli ola"])
@pytest.mark.parametrize("giver", [KARI, IDA])
def test_the_receiver_is_called_at_once_and_then_the_others(night: House, word: str, giver: str):
    night.reply(notice(night, giver), word, giver)
    assert [letter.to for letter in night.letters("page")] == [OLA]
    assert (night.case("1001")["handler"], events(night, "attended")) == (OLA, [])
    night.wait(minutes=10)
    assert paged(night) == ["kari", "ola", "lars"]


def test_the_receiver_who_answers_has_it(night: House):
    (page,) = fire(night)
    night.reply(page, "/tildel lars", KARI)
    (page,) = night.letters("page")
    night.reply(page, "ok", "lars@staff.example")
    night.wait(hours=1)
    assert (paged(night), events(night, "attended")) == (["kari", "lars"], [{"by": "lars"}])


def test_whoever_was_at_it_and_gives_it_away_at_night_is_not_any_more(night: House):
    (page,) = fire(night)
    night.reply(page, "ok", KARI)
    letter = night.letters("notice")[-1]
    night.wait(hours=1)
    night.reply(letter, "/tildel ola", KARI)
    assert [page.to for page in night.letters("page")] == [OLA]


def test_what_she_gives_away_by_day_calls_nobody(night: House):
    (page,) = fire(night)
    night.reply(page, "ok", KARI)
    letter = night.letters("notice")[-1]
    night.wait(hours=13)
    night.reply(letter, "/tildel ola", KARI)
    night.wait(hours=1)
    assert paged(night) == ["kari"]


def test_one_that_was_given_to_somebody_by_day_calls_when_duty_begins(rota: Site):
    house = at(rota(routing=ROUTING, oncall=FOUR), "2026-03-03T14:00")
    house.reply(notice(house, IDA), "/tildel ola", IDA)
    assert house.letters("page") == []
    house.wait(minutes=88)
    assert [page.to for page in house.letters("page")] == [KARI]


def test_given_back_it_goes_to_the_next(night: House):
    (page,) = fire(night)
    night.reply(page, "/tildel ingen", KARI)
    assert [letter.to for letter in night.letters("page")] == [OLA]


@pytest.mark.parametrize("giver", [KARI, IDA])
def test_of_a_case_for_another_desk_that_desk_s_duty_is_called(rota: Site, giver: str):
    people = duty.PEOPLE.replace("desks: support", "desks: [support, drift]")
    house = at(rota(routing=ROUTING, oncall=FOUR + OTHER, people=people), "2026-03-03T20:00")
    house.reply(notice(house, giver), "/tildel drift", giver)
    assert [letter.to for letter in house.letters("page")] == ["per@staff.example"]
    assert (house.case("1001")["handler"], events(house, "attended")) == (None, [])


def test_where_the_other_desk_has_no_duty_the_pages_go_on(rota: Site):
    people = duty.PEOPLE.replace("desks: support", "desks: [support, drift]")
    house = at(rota(routing=ROUTING, oncall=FOUR, people=people), "2026-03-03T20:00")
    house.reply(notice(house, IDA), "/tildel drift", IDA)
    assert [letter.to for letter in house.letters("page")] == [OLA]


# --- who is named -----------------------------------------------------------------------------------------------------------------


def test_the_acknowledgement_names_who_was_called_and_not_who_covers(rota: Site):
    cover = FOUR.replace("people: [kari, ola, lars]", "people: [kari, ola]\n  cover: [ola, kari]")
    house = at(rota(routing=HERS, oncall=cover), "2026-03-03T20:00")
    house.mail("Ann Berg <ann@kunde.example>", "brann", "Det brenner.")
    (ack,) = house.letters("ack")
    assert "Kari Nordmann har vakt og er varslet." in ack.text
    assert "Ola" not in ack.text


def test_a_warning_for_the_handler_goes_to_whoever_answered_the_page(rota: Site):
    house = at(rota(routing=HERS, oncall=FOUR, sla=sla("50%: handler", solution="4h")), "2026-03-03T20:00")
    fire(house)
    house.wait(minutes=10)
    (page,) = house.letters("page")
    house.reply(page, "kommer", OLA)
    house.wait(minutes=110)
    assert [letter.to for letter in house.letters("warning")] == [OLA]
    assert house.case("1001")["handler"] == KARI


def test_or_to_whoever_took_it_from_him(rota: Site):
    house = at(rota(routing=HERS, oncall=FOUR, sla=sla("50%: handler", solution="4h")), "2026-03-03T20:00")
    (first,) = fire(house)
    house.wait(minutes=10)
    (second,) = house.letters("page")
    house.reply(second, "kommer", OLA)
    house.reply(first, "/ta", KARI)
    house.wait(minutes=110)
    assert [letter.to for letter in house.letters("warning")] == [KARI]


def test_and_to_whom_it_was_given_by_day(rota: Site):
    house = at(rota(routing=ROUTING, oncall=FOUR, sla=sla("75%: handler", solution="16h")), "2026-03-03T20:00")
    (page,) = fire(house)
    house.reply(page, "kommer", KARI)
    letter = house.letters("notice")[-1]
    at(house, "2026-03-04T07:59").wait(seconds=0)
    at(house, "2026-03-04T08:00")
    house.reply(letter, "/tildel lars", KARI)
    house.wait(minutes=5)
    assert [letter.to for letter in house.letters("warning")] == ["lars@staff.example"]
