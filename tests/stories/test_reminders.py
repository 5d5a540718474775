"""A customer for whom a case waits, and who says nothing: he is reminded, told when it ends, and in the end it is closed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from parts import duty
from parts.house import Got, House

from maild.edges import rederive
from maild.store import incoming, policies

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"
KARI = "kari@staff.example"
HELLO = {
    "en": "Hello, the printer does not work and I need it today. Could you help me, please?",
    "nb": "Hei, skriveren virker ikke, og jeg trenger den i dag. Kan dere hjelpe meg?",
    "nn": "Hei, skrivaren verkar ikkje, og eg treng han i dag. Kan de hjelpe meg?",
    "sl": "Pozdravljeni, tiskalnik ne deluje, potrebujem pa ga danes. Mi lahko pomagate?",
}
WAIT = {"en": "/wait customer", "nb": "/vent kunde", "nn": "/vent kunde", "sl": "/čakaj stranko"}
PATIENCE = "  waiting: {remind: [3d, 7d], close: 14d}\n"
Site = Callable[..., House]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made: list[House] = []

    def make(language: str = "nb", waiting: str = PATIENCE, at: str = "2026-03-02T10:00", **files: str) -> House:
        """Open 8 to 16 in Oslo; at: on the clock there."""
        desks = duty.DESKS.replace("language: nb", f"language: {language}\n{waiting.rstrip()}")
        given = {"desks": desks, "people": duty.people(language), "calendars": duty.CALENDARS, **files}
        made.append(House(tmp_path, **given))
        made[-1].now = oslo(at)
        return made[-1]

    yield make
    for one in made:
        one.database.close()


def oslo(at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Europe/Oslo")).astimezone(UTC)


def asked(house: House, language: str = "nb", **mail: bool) -> tuple[Got, Got]:
    """A case that waits for Ann; what she got, and the handler."""
    house.mail(ANN, "Skriver", HELLO[language], **mail)
    ack, notice = house.letters()
    house.reply(notice, f"{WAIT[language]}\nHva står det på lappen?")
    house.wait(minutes=2)
    assert house.case("1001")["status"] == "waiting"
    house.letters()
    return ack, notice


def at(house: House, when: str) -> list[Got]:
    """Time passes until then, a quarter of an hour at a time; the letters that left meanwhile."""
    got = []
    while house.now < oslo(when):
        house.wait(minutes=15)
        got += house.letters()
    return got


FIRST = {
    "en": "We are still waiting for your answer in case #1001.",
    "nb": "Vi venter fortsatt på svar fra deg i sak #1001.",
    "nn": "Vi ventar framleis på svar frå deg i sak #1001.",
    "sl": "pri zahtevku #1001 še čakamo na vaš odgovor.",
}
LAST = {
    "en": "If we have not heard from you by Monday 16 March 2026 at 10:00, we will close the case.",
    "nb": "Har vi ikke hørt fra deg innen mandag 16. mars 2026 kl. 10:00, avslutter vi saken.",
    "nn": "Har vi ikkje høyrt frå deg innan måndag 16. mars 2026 kl. 10:00, avsluttar vi saka.",
    "sl": "Če se do ponedeljka, 16. marca 2026, do 10.00 ne boste oglasili, bomo zahtevek zaključili.",
}
CLOSED = {
    "en": "We have not heard from you, so case #1001 is now closed.",
    "nb": "Vi har ikke hørt fra deg, og har derfor avsluttet sak #1001.",
    "nn": "Vi har ikkje høyrt frå deg, og har derfor avslutta sak #1001.",
    "sl": "ker se niste oglasili, smo zahtevek #1001 zaključili.",
}


@pytest.mark.parametrize("language", FIRST)
def test_she_is_reminded_twice_then_the_case_is_closed_as_she_was_told(site: Site, language: str) -> None:
    house = site(language)
    asked(house, language)
    assert at(house, "2026-03-05T09:45") == []
    (one,) = at(house, "2026-03-05T10:15")
    assert (one.kind, one.to, one.mail["Auto-Submitted"]) == ("reminder", "ann@kunde.example", "auto-generated")
    assert FIRST[language] in " ".join(one.text.split())
    # The seventh day is a Monday again.
    (two,) = at(house, "2026-03-09T10:15")
    assert LAST[language] in " ".join(two.text.split())
    assert at(house, "2026-03-16T09:45") == []
    end, news = at(house, "2026-03-16T10:15")
    assert (end.kind, end.to, CLOSED[language] in " ".join(end.text.split())) == (
        "unanswered",
        "ann@kunde.example",
        True,
    )
    assert (news.kind, news.to) == ("news", KARI)
    assert house.case("1001")["status"] == "solved"
    assert at(house, "2026-03-20T10:00") == []


def test_what_is_on_record_says_which_letter_reminded_her(site: Site) -> None:
    house = site()
    asked(house)
    at(house, "2026-03-16T10:15")
    events = house.case("1001")["events"]
    prompted = [event["data"] for event in events if event["kind"] == "prompted"]
    assert [one["number"] for one in prompted] == [1, 2]
    assert [one["closes_at"] for one in prompted] == [None, "2026-03-16T09:00:00+00:00"]
    assert all(one["letter"] for one in prompted)
    (solved,) = [event for event in events if event["kind"] == "solved"]
    assert solved["data"]["by"] == "maild"


def test_her_answer_ends_it_all(site: Site) -> None:
    house = site()
    asked(house)
    (reminder,) = at(house, "2026-03-05T10:15")
    house.reply(reminder, "Her er nummeret.", ANN)
    house.letters()
    assert house.case("1001")["status"] == "open"
    assert [one.kind for one in at(house, "2026-03-20T10:00") if one.to == "ann@kunde.example"] == []


def test_an_answer_to_the_last_letter_opens_the_case_again(site: Site) -> None:
    house = site()
    asked(house)
    end = next(one for one in at(house, "2026-03-16T10:15") if one.kind == "unanswered")
    house.reply(end, "Jo, den står fortsatt.", ANN)
    assert house.case("1001")["status"] == "open"


def test_to_wait_again_begins_anew(site: Site) -> None:
    house = site()
    _, notice = asked(house)
    at(house, "2026-03-06T12:00")
    house.reply(notice, "/vent kunde")
    house.letters()
    assert at(house, "2026-03-09T11:45") == []
    assert [one.kind for one in at(house, "2026-03-09T12:15")] == ["reminder"], "the first one again"


def test_another_word_of_the_handler_begins_it_anew(site: Site) -> None:
    house = site()
    _, notice = asked(house)
    house.wait(days=2)
    house.reply(notice, "Og hvilken etasje?")
    at(house, "2026-03-06T15:00")
    assert "prompted" not in house.kinds("1001")
    assert [one.kind for one in at(house, "2026-03-09T08:15")] == ["reminder"], "the third day was a Saturday"


def test_reminders_leave_when_the_desk_is_open(site: Site) -> None:
    """Asked on Wednesday at noon: the third day is a Saturday."""
    house = site(at="2026-03-04T12:00")
    asked(house)
    assert at(house, "2026-03-09T07:45") == []
    assert [one.kind for one in at(house, "2026-03-09T08:15")] == ["reminder"]


def test_the_hour_is_that_of_the_wall_over_the_change_of_the_clock(site: Site) -> None:
    """Summer begins on Sunday 29 March."""
    house = site(at="2026-03-27T10:00")
    asked(house)
    assert at(house, "2026-03-30T09:45") == []
    assert [one.kind for one in at(house, "2026-03-30T10:15")] == ["reminder"], "10 o'clock in summer"


def test_after_a_time_in_which_nobody_ran_she_gets_one_letter_and_the_whole_time_to_answer(site: Site) -> None:
    house = site()
    asked(house)
    house.wait(days=20)
    (late,) = [one for one in at(house, "2026-03-23T08:30") if one.kind == "reminder"]
    assert "mandag 30. mars 2026" in late.text, "seven days after this one, as ever"
    assert house.case("1001")["status"] == "waiting"
    assert [one.kind for one in at(house, "2026-03-30T10:45")] == ["unanswered", "news"]


def test_a_letter_that_was_missed_waits_for_opening_hours_and_her_answer_stops_it(site: Site) -> None:
    house = site()
    ack, _ = asked(house)
    house.now = oslo("2026-03-05T20:00")
    house.wait(minutes=1)
    assert "prompted" in house.kinds("1001")
    house.reply(ack, "Her er nummeret.", ANN)
    assert [one.kind for one in at(house, "2026-03-06T09:00") if one.to == "ann@kunde.example"] == []


def test_nobody_is_reminded_who_did_not_prove_who_he_is_and_his_case_is_not_closed(site: Site) -> None:
    house = site()
    asked(house, proven=False)
    assert at(house, "2026-03-25T10:00") == []
    assert house.case("1001")["status"] == "waiting"
    assert [e["data"]["letter"] for e in house.case("1001")["events"] if e["kind"] == "prompted"] == [0, 0]


def test_who_cannot_be_reached_is_not_reminded_and_the_case_stays(site: Site) -> None:
    house = site()
    asked(house)
    house.session.execute("UPDATE person SET muted=1")
    assert at(house, "2026-03-25T10:00") == []
    assert house.case("1001")["status"] == "waiting"


def test_a_case_that_waits_for_an_offer_is_not_closed(site: Site) -> None:
    house = site()
    _, notice = asked(house)
    house.reply(notice, "/tilbud 1500 kr Ny skriver\n/vent kunde")
    house.wait(minutes=2)
    assert {one.kind for one in house.letters()} >= {"offer"}
    assert [one.kind for one in at(house, "2026-03-13T10:00") if one.kind == "reminder"] == []


def test_a_desk_that_says_nothing_of_it_waits_for_ever(site: Site) -> None:
    house = site(waiting="")
    asked(house)
    assert at(house, "2026-03-25T10:00") == []
    assert house.case("1001")["status"] == "waiting"


def test_only_reminders(site: Site) -> None:
    house = site(waiting="  waiting: {remind: 3d}\n")
    asked(house)
    (one,) = at(house, "2026-03-25T10:00")
    assert (one.kind, "avslutter" in one.text) == ("reminder", False)
    assert house.case("1001")["status"] == "waiting"


def test_a_reminder_that_comes_back_gives_the_case_back(site: Site) -> None:
    house = site()
    asked(house)
    assert len(at(house, "2026-03-05T10:15")) == 1
    row = house.session.one("SELECT id FROM letter WHERE kind='reminder'")
    assert row is not None
    with house.session.transaction():
        incoming.undelivered(house.session, row[0], "5.1.1", house.now)
    house.settle()
    assert house.case("1001")["status"] == "open"
    assert [(letter.kind, letter.to) for letter in house.letters()] == [("bounce", KARI)]


def test_a_case_that_was_merged_reminds_nobody(site: Site) -> None:
    house = site(people=duty.people("nb").replace("kari: {", "kari: {role: lead, "))
    _, notice = asked(house)
    house.mail(BO, "Nettet", "Det er nede.")
    house.letters()
    house.reply(notice, "/slå sammen #1002")
    house.letters()
    assert "merged" in house.kinds("1001")
    house.letters()
    assert [one.kind for one in at(house, "2026-03-25T10:00") if one.kind == "reminder"] == []


def test_the_days_letter_lists_what_ends_today(site: Site) -> None:
    people = duty.people("nb", "07:30")
    house = site(people=people)
    asked(house)
    at(house, "2026-03-16T07:00")
    (digest,) = [one for one in at(house, "2026-03-16T07:45") if one.kind == "digest" and one.to == KARI]
    assert "Avsluttes i dag uten svar (1)" in digest.text
    assert "avsluttes mandag 16. mars 2026 kl. 10:00" in " ".join(digest.text.split())


def test_a_desk_that_begins_to_remind_reminds_those_who_are_waited_for_already(site: Site) -> None:
    house = site(waiting="")
    asked(house)
    desks = house.folder / "rules" / "desks.yaml"
    desks.write_text(desks.read_text().replace("language: nb\n", f"language: nb\n{PATIENCE}", 1))
    house.load()
    with house.session.transaction():
        policies.use(house.session, house.policy.hash, "here", house.now)
    with house.session.transaction():
        rederive.step(house.session, house.policy, house.now)
    assert [one.kind for one in at(house, "2026-03-05T10:15")] == ["reminder"]


def test_a_case_of_before_there_were_reminders_counts_from_its_last_news(site: Site) -> None:
    """As rows of older releases are: nothing is said of its waiting."""
    house = site()
    asked(house)
    state = house.session.one("SELECT state FROM cases")
    assert state is not None
    assert '"wait"' in state[0]
    older = {name: value for name, value in json.loads(state[0]).items() if name != "wait"}
    house.session.execute("UPDATE cases SET state=?", (json.dumps(older),))
    (one,) = at(house, "2026-03-05T10:15")
    assert one.kind == "reminder"
