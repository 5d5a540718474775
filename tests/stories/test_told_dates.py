"""By when a customer has an answer, her acknowledgement tells her; what was told is on record.  The office is open 8 to 16 in Oslo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from parts import duty
from parts.house import Got, House
from parts.promised import RESPONSE, SOLUTION, UPDATE, entry, hours, promise, told

from maild.decide import clocks
from maild.model.events import Priority
from maild.store.cases import load_cases
from maild.store.views import case_id

ANN = "Ann Berg <ann@kunde.example>"
LANGUAGES = ("en", "nb", "nn", "sl")
HELLO = {
    "en": "Hello, the printer does not work and I need it today. Could you help me, please?",
    "nb": "Hei, skriveren virker ikke, og jeg trenger den i dag. Kan dere hjelpe meg?",
    "nn": "Hei, skrivaren verkar ikkje, og eg treng han i dag. Kan de hjelpe meg?",
    "sl": "Pozdravljeni, tiskalnik ne deluje, potrebujem pa ga danes. Mi lahko pomagate?",
}
Site = Callable[..., House]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made: list[House] = []

    def make(at: str, language: str = "nb", **files: str) -> House:
        """at: in Oslo, in winter."""
        desks = duty.DESKS.replace("language: nb", f"language: {language}")
        given = {"desks": desks, "people": duty.people(language), "calendars": duty.CALENDARS, **files}
        made.append(House(tmp_path, **given))
        made[-1].now = oslo(at)
        return made[-1]

    yield make
    for house in made:
        house.database.close()


def oslo(at: str) -> datetime:
    return datetime.fromisoformat(f"{at}+01:00").astimezone(UTC)


def ack(house: House, text: str = HELLO["nb"], *, proven: bool = True, **headers: str) -> Got:
    house.mail(ANN, "Skriver", text, proven=proven, **headers)
    (found,) = [letter for letter in house.letters() if letter.kind == "ack"]
    return found


def lines(letter: Got) -> str:
    return letter.text.replace("\r\n", "\n")


def answered(house: House, number: str, text: str) -> list[Got]:
    """What the customer gets of an answer, after the minute."""
    house.reply(house.newest(number, "handler:%"), text)
    house.wait(minutes=2)
    return [letter for letter in house.letters() if letter.to == "ann@kunde.example"]


# --- the acknowledgement ----------------------------------------------------------------------------------------------------------

OPEN = {
    "en": "You will have an answer by Tuesday 3 March 2026 at 12:00.",
    "nb": "Du får svar innen tirsdag 3. mars 2026 kl. 12:00.",
    "nn": "Du får svar innan tysdag 3. mars 2026 kl. 12:00.",
    "sl": "Odgovor boste prejeli do torka, 3. marca 2026, do 12.00.",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("proven", [True, False])
def test_the_acknowledgement_tells_by_when_there_is_an_answer(site: Site, language: str, proven: bool):
    house = site("2026-03-02T14:00", language)
    promise(house, medium={RESPONSE: hours(6)})
    assert OPEN[language] in ack(house, HELLO[language], proven=proven).text
    assert told(house, "1001") == [("first_response", oslo("2026-03-03T12:00"))]


ONCE = {
    "en": "and will answer you",
    "nb": "vil svare deg",
    "nn": "vil svare deg",
    "sl": "po e-pošti",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_there_is_an_answer_is_said_once(site: Site, language: str):
    house = site("2026-03-02T14:00", language)
    assert ONCE[language] in ack(house, HELLO[language]).text
    promise(house, medium={RESPONSE: hours(6)})
    assert ONCE[language] not in ack(house, HELLO[language]).text


CLOSED = {
    "en": "We are closed now, and open again on Monday 9 March 2026 at 08:00.\n"
    "You will have an answer by Monday 9 March 2026 at 10:00.",
    "nb": "Vi har stengt nå, og åpner igjen mandag 9. mars 2026 kl. 08:00.\nDu får svar innen mandag 9. mars 2026 kl. 10:00.",
    "nn": "Vi har stengt no, og opnar igjen måndag 9. mars 2026 kl. 08:00.\nDu får svar innan måndag 9. mars 2026 kl. 10:00.",
    "sl": "Trenutno imamo zaprto. Znova odpremo v ponedeljek, 9. marca 2026, ob 8.00.\n"
    "Odgovor boste prejeli do ponedeljka, 9. marca 2026, do 10.00.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_a_friday_evening_it_tells_when_we_open_and_by_when_we_answer(site: Site, language: str):
    house = site("2026-03-06T17:30", language)
    promise(house, medium={RESPONSE: hours(2)})
    assert CLOSED[language] in lines(ack(house, HELLO[language]))


ON_DUTY = {
    "en": "We are closed now. On duty: Kari Nordmann.\nYou will have an answer by Friday 6 March 2026 at 17:45.",
    "nb": "Vi har stengt nå, men Kari Nordmann har vakt.\nDu får svar innen fredag 6. mars 2026 kl. 17:45.",
    "nn": "Vi har stengt no, men Kari Nordmann har vakt.\nDu får svar innan fredag 6. mars 2026 kl. 17:45.",
    "sl": "Trenutno imamo zaprto. Dežurstvo: Kari Nordmann.\nOdgovor boste prejeli do petka, 6. marca 2026, do 17.45.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_answered_around_the_clock_is_not_said_to_wait(site: Site, language: str):
    house = site("2026-03-06T17:30", language, oncall=duty.ONCALL)
    promise(house, always=True, medium={RESPONSE: hours(0.25)})
    assert ON_DUTY[language] in lines(ack(house, HELLO[language]))


AT_ONCE = {
    "en": "We are closed now, but look after your case all the same.",
    "nb": "Vi har stengt nå, men tar oss av saken likevel.",
    "nn": "Vi har stengt no, men tek oss av saka likevel.",
    "sl": "Trenutno imamo zaprto, vendar vaš zahtevek vseeno obravnavamo.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nor_where_nobody_is_named(site: Site, language: str):
    house = site("2026-03-06T17:30", language)
    promise(house, always=True, medium={RESPONSE: hours(0.25)})
    assert AT_ONCE[language] in ack(house, HELLO[language]).text


SOLVED = {
    "en": "We will have solved it by Wednesday 4 March 2026 at 14:00.",
    "nb": "Vi skal ha løst saken innen onsdag 4. mars 2026 kl. 14:00.",
    "nn": "Vi skal ha løyst saka innan onsdag 4. mars 2026 kl. 14:00.",
    "sl": "Zahtevek bomo rešili do srede, 4. marca 2026, do 14.00.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_by_when_it_is_solved_is_told_where_the_admin_says_so(site: Site, language: str):
    house = site("2026-03-02T14:00", language)
    promise(house, medium={RESPONSE: hours(6), SOLUTION: hours(16)})
    assert SOLVED[language] not in ack(house, HELLO[language]).text
    promise(house, told=(RESPONSE, SOLUTION), medium={RESPONSE: hours(6), SOLUTION: hours(16)})
    assert SOLVED[language] in ack(house, HELLO[language]).text
    assert [target for target, _ in told(house, "1002")] == ["first_response", "resolution"]


def test_it_counts_from_when_the_mail_came_in_not_from_when_it_was_looked_at(site: Site):
    house = site("2026-03-02T09:00")
    promise(house, medium={RESPONSE: hours(4)})
    late = house.settle
    house.settle = lambda: None  # type: ignore[method-assign]  the queue stands still for an hour
    house.mail(ANN, "Skriver", HELLO["nb"])
    house.now += hours(1)
    late()
    assert "innen mandag 2. mars 2026 kl. 13:00" in house.letters("ack")[0].text


def test_a_date_that_is_past_is_not_told(site: Site):
    house = site("2026-03-02T09:00")
    promise(house, medium={RESPONSE: hours(1)})
    late = house.settle
    house.settle = lambda: None  # type: ignore[method-assign]
    house.mail(ANN, "Skriver", HELLO["nb"])
    house.now += hours(2)
    late()
    text = house.letters("ack")[0].text
    assert ("Du får svar innen" in text, "vil svare deg" in text, told(house, "1001")) == (False, True, [])


def test_who_is_told_nothing_was_promised_nothing(site: Site):
    house = site("2026-03-02T09:00", routing="- name: quiet\n  when: {subject: Skriver}\n  set: {acknowledge: false}\n")
    promise(house, medium={RESPONSE: hours(4)})
    house.mail(ANN, "Skriver", HELLO["nb"])
    house.mail("robot@kunde.example", "Rapport", "Alt i orden.", Auto_Submitted="auto-generated")
    assert (told(house, "1001"), told(house, "1002")) == ([], [])


def test_what_a_site_s_own_letter_does_not_say_was_not_told(site: Site):
    house = site("2026-03-02T09:00")
    folder = house.folder / "templates" / "nb"
    folder.mkdir(parents=True)
    (folder / "ack.txt").write_text("Subject: {{ tag }}\n\n{{ marker }} Takk.\n")
    house.load()
    promise(house, medium={RESPONSE: hours(4)})
    ack(house)
    assert (told(house, "1001"), due(house, "1001")) == ([], {"first_response": "Mon 13:00"})


def test_an_agreement_of_her_organisation_is_what_is_told(site: Site):
    customers = "kunde:\n  name: Kunde AS\n  domains: [kunde.example]\n"
    house = site("2026-03-02T09:00", customers=customers)
    office = house.policy.calendar_of("support")
    own = entry(office, {Priority.MEDIUM: {RESPONSE: hours(1)}}, key="kunde", organisations=("kunde",))
    promise(house, own, medium={RESPONSE: hours(4)})
    assert "kl. 10:00" in ack(house).text
    house.mail("bo@annen.example", "Nett", HELLO["nb"])
    assert "kl. 13:00" in house.letters("ack")[0].text


# --- an answer --------------------------------------------------------------------------------------------------------------------

AGAIN = {
    "en": "You will hear from us again by Wednesday 4 March 2026 at 09:00.",
    "nb": "Du hører fra oss igjen innen onsdag 4. mars 2026 kl. 09:00.",
    "nn": "Du høyrer frå oss igjen innan onsdag 4. mars 2026 kl. 09:00.",
    "sl": "Znova se vam bomo oglasili do srede, 4. marca 2026, do 9.00.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_tells_by_when_there_is_another(site: Site, language: str):
    house = site("2026-03-02T09:00", language)
    promise(house, told=(RESPONSE, UPDATE), medium={RESPONSE: hours(4), UPDATE: hours(16)})
    assert AGAIN[language] not in ack(house, HELLO[language]).text
    (update,) = answered(house, "1001", "Kari ser på det.")
    assert AGAIN[language] in update.text
    assert told(house, "1001")[-1] == ("next_update", oslo("2026-03-04T09:00"))


@pytest.mark.parametrize("words", ["/vent kunde\nHar du slått den på?", "/lukk\nDen virker igjen."])
def test_an_answer_after_which_nobody_waits_for_us_tells_nothing(site: Site, words: str):
    house = site("2026-03-02T09:00")
    promise(house, told=(RESPONSE, UPDATE), medium={RESPONSE: hours(4), UPDATE: hours(16)})
    ack(house)
    (letter,) = answered(house, "1001", words)
    assert "Du hører fra oss" not in letter.text
    assert [target for target, _ in told(house, "1001")] == ["first_response"]


# --- other ways in which a case begins --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["/for ann@kunde.example\n", "/for ann@kunde.example\n/prio høy\n"])
def test_of_a_call_it_counts_from_the_handlers_mail(site: Site, words: str):
    house = site("2026-03-02T09:00")
    promise(house, medium={RESPONSE: hours(4)}, high={RESPONSE: hours(4)}, critical={RESPONSE: hours(4)})
    house.mail(duty.KARI, "Skriver", f"{words}Ann ringte, skriveren står.")
    house.wait(minutes=2)
    (letter,) = house.letters("ack")
    assert "Du får svar innen mandag 2. mars 2026 kl. 13:00." in letter.text


LEADS = duty.people("nb").replace("desks: support}", "desks: support, role: lead}")


def test_a_mail_that_is_split_off_waits_since_it_came(site: Site):
    house = site("2026-03-02T09:00", people=LEADS)
    promise(house, medium={RESPONSE: hours(4)})
    first = ack(house)
    house.now += hours(1)
    house.reply(first, "Og nettet er nede.", ANN)
    house.now += hours(1)
    house.reply(house.newest("1001"), "/del Nettet")
    house.wait(minutes=2)
    (letter,) = house.letters("ack")
    assert "Du får svar innen mandag 2. mars 2026 kl. 14:00." in letter.text


def test_what_was_answered_before_it_is_split_off_waits_from_then_on(site: Site):
    house = site("2026-03-02T09:00", people=LEADS)
    promise(house, medium={RESPONSE: hours(4)})
    first = ack(house)
    house.now += hours(1)
    house.reply(first, "Og nettet er nede.", ANN)
    answer = house.newest("1001")
    house.now += hours(0.5)
    house.reply(answer, "Vi ser på begge deler.")
    house.now += hours(1.5)
    house.reply(answer, "/del Nettet")
    house.wait(minutes=2)
    (letter,) = house.letters("ack")
    assert "Du får svar innen mandag 2. mars 2026 kl. 16:00." in letter.text


# --- what does not leave ----------------------------------------------------------------------------------------------------------


def due(house: House, number: str) -> dict[str, str]:
    row = case_id(house.session, number)
    assert row is not None
    found = clocks.dues(load_cases(house.session, [row])[row], house.policy)
    zone = timedelta(hours=1)
    return {str(target): (at + zone).strftime("%a %H:%M") for target, at in found.items()}


def test_an_answer_that_is_taken_back_was_none(site: Site):
    house = site("2026-03-02T09:00")
    promise(house, told=(RESPONSE, UPDATE), medium={RESPONSE: hours(4), UPDATE: hours(8)})
    ack(house)
    notice = house.newest("1001")
    house.reply(notice, "Kari ser på det.")
    assert due(house, "1001") == {"next_update": "Tue 09:00"}
    house.wait(seconds=20)
    house.reply(notice, "/angre")
    assert due(house, "1001") == {"first_response": "Mon 13:00"}


def test_an_answer_that_left_stays_one(site: Site):
    house = site("2026-03-02T09:00")
    promise(house, medium={RESPONSE: hours(4), UPDATE: hours(8)})
    ack(house)
    answered(house, "1001", "Kari ser på det.")
    house.reply(house.newest("1001"), "/angre")
    assert due(house, "1001") == {"next_update": "Tue 09:00"}


def test_the_second_of_two_answers_taken_back_the_first_counts(site: Site):
    house = site("2026-03-02T09:00")
    promise(house, medium={RESPONSE: hours(4), UPDATE: hours(8)})
    ack(house)
    answered(house, "1001", "Kari ser på det.")
    house.wait(hours=1)
    house.reply(house.newest("1001"), "Den er bestilt.")
    house.wait(seconds=20)
    house.reply(house.newest("1001"), "/angre")
    assert due(house, "1001") == {"next_update": "Tue 09:00"}


def test_solved_by_mistake_and_undone_she_waits_as_before(site: Site):
    house = site("2026-03-02T09:00")
    promise(house, medium={RESPONSE: hours(4), UPDATE: hours(8)})
    ack(house)
    answered(house, "1001", "Kari ser på det.")
    house.wait(hours=1)
    house.reply(house.newest("1001"), "/lukk stille")
    house.reply(house.newest("1001"), "/angre")
    assert due(house, "1001") == {"next_update": "Tue 09:00"}


def test_what_a_letter_that_did_not_leave_said_was_not_told(site: Site):
    """The call was another's: the acknowledgement to the first had not left."""
    house = site("2026-03-02T09:00")
    promise(
        house,
        told=(RESPONSE, UPDATE),
        medium={RESPONSE: hours(4), UPDATE: hours(8)},
        low={RESPONSE: hours(24), UPDATE: hours(8)},
    )
    house.mail(duty.KARI, "Skriver", "/for ann@kunde.example\nAnn ringte, skriveren står.")
    house.wait(seconds=20)
    house.reply(house.newest("1001"), "/angre")
    house.reply(house.newest("1001"), "/prio lav")
    assert house.letters("ack") == []
    assert due(house, "1001")["first_response"] == "Thu 09:00", "nothing was told that would hold it"
