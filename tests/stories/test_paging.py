"""A critical case calls who has duty, until somebody is at it."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from parts import duty
from parts.calls import ANN, FOUR, LANGUAGES, ROUTING, at, events, fire, paged
from parts.duty import IDA, KARI, OLA, Site
from parts.house import House
from parts.ladders import sla

from maild.decide.health import judge
from maild.model.case import fold
from maild.model.health import Wishes
from maild.store import health, incoming, known_rows
from maild.store.case_state import dump_case, load_case

CRITICAL = {"en": "CRITICAL", "nb": "KRITISK", "nn": "KRITISK", "sl": "KRITIČNO"}


@pytest.fixture
def night(rota: Site) -> House:
    """Tuesday evening: Kari has duty."""
    return at(rota(routing=ROUTING, oncall=FOUR), "2026-03-03T20:00")


# --- who is called, and when ------------------------------------------------------------------------------------------------------


def test_a_critical_case_at_night_calls_who_has_duty(night: House):
    (page,) = fire(night)
    assert page.to == KARI
    assert page.subject == "KRITISK [#1001] brann i serverrommet"
    assert "Det brenner." in page.text
    assert page.mail["Importance"] == "high"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_the_language_of_its_reader(rota: Site, language: str):
    house = at(rota(language, routing=ROUTING, oncall=FOUR), "2026-03-03T20:00")
    (page,) = fire(house)
    assert page.subject.startswith(f"{CRITICAL[language]} [#1001]")


def test_other_cases_call_nobody(night: House):
    night.mail(ANN, "skriver", "Den står.")
    assert night.letters("page") == []


def test_in_opening_hours_nobody_is_called(rota: Site):
    house = at(rota(routing=ROUTING, oncall=FOUR), "2026-03-03T10:00")
    assert fire(house) == []
    assert house.wait(hours=1) is None
    assert house.letters("page") == []


def test_a_site_without_a_rota_calls_nobody(rota: Site):
    house = at(rota(routing=ROUTING, oncall=""), "2026-03-03T20:00")
    assert fire(house) == []


@pytest.mark.parametrize("word", ["/priority critical", "/prioritet kritisk", "/prioriteta kritična"])
def test_a_case_that_becomes_critical_calls_too(night: House, word: str):
    night.mail(ANN, "skriver", "Den står.")
    notice = next(letter for letter in night.letters("notice") if letter.to == OLA)
    night.reply(notice, word, OLA)
    assert [page.to for page in night.letters("page")] == [KARI]


def test_who_makes_it_critical_and_has_duty_is_called_by_nobody(night: House):
    night.mail(ANN, "skriver", "Den står.")
    notice = next(letter for letter in night.letters("notice") if letter.to == KARI)
    night.reply(notice, "/prioritet kritisk", KARI)
    night.wait(minutes=30)
    assert night.letters("page") == []
    assert events(night, "attended") == [{"by": "kari"}]


def test_one_that_nobody_looked_at_when_duty_begins_calls_then(rota: Site):
    house = at(rota(routing=ROUTING, oncall=FOUR), "2026-03-03T15:20")
    assert fire(house) == []
    house.wait(minutes=9)
    assert house.letters("page") == []
    house.wait(minutes=1)
    assert [page.to for page in house.letters("page")] == [KARI]


def test_one_that_somebody_has_taken_when_duty_begins_calls_nobody(rota: Site):
    house = at(rota(routing=ROUTING, oncall=FOUR), "2026-03-03T15:20")
    house.mail(ANN, "brann", "Det brenner.")
    notice = next(letter for letter in house.letters("notice") if letter.to == OLA)
    house.reply(notice, "/ta", OLA)
    house.wait(hours=2)
    assert house.letters("page") == []


# --- to the next ------------------------------------------------------------------------------------------------------------------


def test_a_page_without_an_answer_goes_to_the_next_and_then_to_the_leads(night: House):
    fire(night)
    night.wait(minutes=9)
    assert paged(night) == ["kari"]
    for _ in range(3):
        night.wait(minutes=10)
    assert paged(night) == ["kari", "ola", "lars", "ida"]


def test_after_the_last_round_the_leads_hear_that_nobody_answered(night: House):
    fire(night)
    for _ in range(8):
        night.wait(minutes=10)
    assert paged(night) == ["kari", "ola", "lars", "ida"] * 2
    (told,) = night.letters("paging")
    assert told.to == IDA
    assert "Ingen har svart" in told.text
    night.wait(hours=5)
    assert len(paged(night)) == 8


def test_whoever_covers_is_called_second(rota: Site):
    cover = FOUR.replace("people: [kari, ola, lars]", "people: [kari, ola]\n  cover: [lars, ida]")
    house = at(rota(routing=ROUTING, oncall=cover), "2026-03-03T20:00")
    fire(house)
    for _ in range(3):
        house.wait(minutes=10)
    assert paged(house) == ["kari", "lars", "ola", "ida"]


def test_who_is_away_is_not_called(night: House):
    night.mail(KARI, "borte", "/borte")
    (page,) = fire(night)
    assert page.to == OLA


def test_what_has_begun_goes_on_when_the_desk_opens(rota: Site):
    house = at(rota(routing=ROUTING, oncall=FOUR), "2026-03-04T07:55")
    fire(house)
    house.wait(minutes=10)
    assert paged(house) == ["kari", "ola"]


# --- a storm ----------------------------------------------------------------------------------------------------------------------


def test_a_storm_rings_some_times_only(rota: Site):
    house = at(rota(routing=ROUTING, oncall=duty.ONCALL + "  page: {budget: 3}\n"), "2026-03-03T20:00")
    for one in range(12):
        house.mail(ANN, f"brann {one}", "Det brenner.")
    assert len(house.letters("page")) == 3
    house.wait(minutes=5)
    (merged,) = house.letters("page")
    assert merged.subject == "KRITISK: 9 saker [#1012]"
    assert "#1004, #1005, #1006, #1007, #1008, #1009, #1010, #1011, #1012" in merged.text
    house.reply(merged, "", KARI)
    house.wait(minutes=10)
    # She is at those of which it told; of the three before it somebody else hears.
    assert [paged(house, str(number)) for number in (1001, 1004, 1012)] == [["kari", "ola"], ["kari"], ["kari"]]
    assert {house.case(str(number))["handler"] for number in range(1004, 1013)} == {KARI}


def test_a_page_of_several_leaves_before_it_must_be_answered(rota: Site):
    house = at(rota(routing=ROUTING, oncall=duty.ONCALL + "  page: {budget: 1, within: 2m}\n"), "2026-03-03T20:00")
    house.mail(ANN, "brann 1", "Det brenner.")
    house.mail(ANN, "brann 2", "Det brenner.")
    assert len(house.letters("page")) == 1
    house.wait(minutes=1)
    (merged,) = house.letters("page")
    house.reply(merged, "", KARI)
    house.wait(minutes=1)
    assert paged(house, "1002") == ["kari"]


def test_old_pages_are_forgotten(rota: Site):
    house = at(rota(routing=ROUTING, oncall=FOUR), "2026-03-03T20:00")
    fire(house)
    at(house, "2026-05-05T20:00")
    fire(house)
    assert len(house.session.all("SELECT letter FROM page_call")) == 1
    assert len(house.session.all("SELECT letter FROM page_case")) == 1


# --- a page that does not arrive --------------------------------------------------------------------------------------------------


def test_a_page_that_comes_back_goes_to_the_next_at_once(night: House):
    fire(night)
    row = night.session.one("SELECT id FROM outbox WHERE kind='page'")
    assert row is not None
    with night.session.transaction():
        incoming.undelivered(night.session, row[0], "5.1.1", night.now)
    night.settle()
    assert paged(night) == ["kari", "ola"]


# --- what the admin sees ----------------------------------------------------------------------------------------------------------


def ill(house: House) -> list[str]:
    snapshot = health.snapshot(house.session, house.now)
    found = judge(snapshot, None, Wishes(), UTC, house.now)
    return [one.text for one in found if one.part == "paging" and not one.well]


def test_nobody_who_answers_is_an_alarm_until_somebody_comes(night: House):
    fire(night)
    assert ill(night) == []
    for _ in range(8):
        night.wait(minutes=10)
    assert ill(night) == ["nobody has answered 1 critical case"]
    night.reply(night.letters("paging")[0], "Jeg tar den.", IDA)
    assert ill(night) == []
    assert night.case("1001")["handler"] == IDA


def test_a_storm_is_an_alarm_for_an_hour(rota: Site):
    house = at(rota(routing=ROUTING, oncall=duty.ONCALL + "  page: {budget: 1}\n"), "2026-03-03T20:00")
    for one in range(3):
        house.mail(ANN, f"brann {one}", "Det brenner.")
    assert ill(house) == ["2 cases of the last hour share a page, since there were too many"]
    house.now += timedelta(minutes=61)
    assert ill(house) == []


def test_what_a_case_holds_of_its_pages_survives_its_row(night: House):
    fire(night)
    night.wait(minutes=10)
    (case, state) = night.session.all("SELECT id, state FROM cases")[0]
    loaded = load_case(case, state)
    assert [call.handler for call in loaded.pages.calls] == ["kari", "ola"]
    assert dump_case(loaded) == state
    assert loaded == fold(case, known_rows.log(night.session, [case])[case])


# --- beside the rest --------------------------------------------------------------------------------------------------------------


def test_a_step_of_a_ladder_that_makes_it_critical_calls(rota: Site):
    promises = sla("+1h: desk priority=critical", response="1h")
    house = at(rota(routing=ROUTING, oncall=FOUR, sla=promises), "2026-03-03T20:00")
    house.mail(ANN, "skriver", "Den står.")
    house.wait(minutes=119)
    assert house.letters("page") == []
    house.wait(minutes=1)
    assert [page.to for page in house.letters("page")] == [KARI]


def test_quiet_hours_hold_no_page(rota: Site):
    promises = sla("50%: handler", response="1h", quiet='"22:00-07:00"')
    house = at(rota(routing=ROUTING, oncall=FOUR, sla=promises), "2026-03-03T23:30")
    fire(house)
    house.wait(minutes=10)
    assert paged(house) == ["kari", "ola"]


def test_after_a_time_of_standstill_one_page_leaves_and_not_all_that_were_missed(night: House):
    fire(night)
    night.wait(hours=3)
    assert paged(night) == ["kari", "ola"]


def test_a_page_does_not_wait_for_a_notice_that_is_stuck(night: House):
    night.mail(ANN, "brann", "Det brenner.")
    with night.session.transaction():
        night.session.execute(
            "UPDATE outbox SET state='deferred', due_at=due_at+600000 WHERE kind='notice' AND party='handler:kari'"
        )
    assert [page.to for page in night.letters("page")] == [KARI]


def test_whose_duty_was_swapped_is_not_called(night: House):
    receipt, question = duty.asked(night, "/bytt ola 3.3.")
    assert receipt.to == KARI
    night.reply(question, "ja", OLA)
    night.letters()
    (page,) = fire(night)
    assert page.to == OLA


def test_a_mailbox_that_says_it_is_away_is_not_called_again(night: House):
    (page,) = fire(night)
    night.reply(page, "Jeg er på ferie.", KARI, Auto_Submitted="auto-replied")
    night.wait(minutes=10)
    assert paged(night) == ["kari", "ola"]
    for _ in range(6):
        night.wait(minutes=10)
    assert paged(night) == ["kari", "ola", "lars", "ida", "ola", "lars", "ida"]


def test_a_page_of_several_may_be_answered_for_as_long_as_it_says(rota: Site):
    house = at(rota(routing=ROUTING, oncall=duty.ONCALL + "  page: {within: 10m, budget: 1}\n"), "2026-03-03T20:00")
    house.mail(ANN, "brann 1", "Det brenner.")
    house.wait(minutes=1)
    house.mail(ANN, "brann 2", "Det brenner.")
    house.wait(minutes=2)
    house.mail(ANN, "brann 3", "Det brenner.")
    house.letters()
    house.wait(minutes=3)
    (merged,) = house.letters("page")
    assert "innen 10 minutter" in merged.text
    house.wait(minutes=9)
    assert [paged(house, number) for number in ("1002", "1003")] == [["kari"], ["kari"]]
    house.wait(minutes=1)
    assert [paged(house, number) for number in ("1002", "1003")] == [["kari", "ola"], ["kari", "ola"]]


def test_after_a_standstill_over_all_the_night_the_next_duty_calls(rota: Site):
    house = at(rota(routing=ROUTING, oncall=FOUR), "2026-03-03T14:00")
    fire(house)
    at(house, "2026-03-04T09:00").wait(seconds=0)
    assert (paged(house), house.letters("paging")) == ([], [])
    house.wait(minutes=389)
    assert paged(house) == []
    house.wait(minutes=1)
    assert paged(house) == ["kari"]
