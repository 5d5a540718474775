"""A desk that is closed says so, and when it opens; and who has duty hears of it in the morning.  The office is open 8 to 16 in Oslo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from parts import duty
from parts.house import Got, House

ANN = "Ann Berg <ann@kunde.example>"
KARI, OLA = "kari@staff.example", "ola@staff.example"
LANGUAGES = ("en", "nb", "nn", "sl")
OPENS = {
    "en": "We are closed now, and answer from Monday 9 March 2026 at 08:00.",
    "nb": "Vi har stengt nå, og svarer fra mandag 9. mars 2026 kl. 08:00.",
    "nn": "Vi har stengt no, og svarar frå måndag 9. mars 2026 kl. 08:00.",
    "sl": "Trenutno imamo zaprto. Znova odpremo v ponedeljek, 9. marca 2026, ob 8.00.",
}
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
        """now: in Oslo, in winter."""
        desks = duty.DESKS.replace("language: nb", f"language: {language}")
        given = {"desks": desks, "people": duty.people(language), "calendars": duty.CALENDARS, **files}
        made.append(House(tmp_path, **given))
        made[-1].now = datetime.fromisoformat(f"{at}+01:00").astimezone(UTC)
        return made[-1]

    yield make
    for house in made:
        house.database.close()


def ack(house: House, text: str = HELLO["nb"], *, proven: bool = True) -> Got:
    house.mail(ANN, "Skriver", text, proven=proven)
    (found,) = [letter for letter in house.letters() if letter.kind == "ack"]
    return found


# --- the acknowledgement ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_a_friday_evening_the_acknowledgement_says_when_we_answer(site: Site, language: str):
    assert OPENS[language] in ack(site("2026-03-06T17:30", language), HELLO[language]).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unproven_sender_is_told_too(site: Site, language: str):
    assert OPENS[language] in ack(site("2026-03-06T17:30", language), HELLO[language], proven=False).text


def test_while_the_desk_is_open_it_says_nothing_of_hours(site: Site):
    assert "stengt" not in ack(site("2026-03-06T15:59")).text


def test_a_desk_without_a_calendar_is_always_open(site: Site):
    house = site("2026-03-06T17:30", desks=duty.DESKS.replace("  calendar: office\n", ""))
    assert "stengt" not in ack(house).text


def test_before_easter_it_opens_again_after_easter(site: Site):
    # Wednesday, half a day; Thursday and Friday are holidays, and Monday, too.
    text = ack(site("2026-04-01T12:30", calendars=duty.CALENDARS)).text
    assert "fra tirsdag 7. april 2026 kl. 08:00" in text


def test_a_rule_may_ask_whether_the_desk_is_open(site: Site):
    rule = "- name: evening\n  when: {hours: [closed, holiday]}\n  set: {label: evening}\n"
    house = site("2026-03-06T15:00", routing=rule)
    ack(house)
    house.now = datetime(2026, 3, 6, 17, 0, tzinfo=UTC)
    house.mail("bo@kunde.example", "Nett", "Nettet er nede.")
    assert (house.case("1001")["labels"], house.case("1002")["labels"]) == ([], ["evening"])


# --- what a site's own templates may say ------------------------------------------------------------------------------------------

TEMPLATE = "Subject: {{ tag }}\n\n{{ marker }} {{ hours }} [{{ on_duty }}]\n"


def own(house: House, name: str = "ack") -> House:
    """With a template of its own for that letter."""
    folder = house.folder / "templates" / "nb"
    folder.mkdir(parents=True)
    (folder / f"{name}.txt").write_text(TEMPLATE)
    house.load()
    return house


def test_a_template_may_say_who_has_duty(site: Site):
    assert "closed [Kari Nordmann]" in ack(own(site("2026-03-06T17:30", oncall=duty.ONCALL))).text


def test_where_customers_are_told_no_names_it_cannot(site: Site):
    desks = duty.DESKS.replace("calendar: office", "calendar: office\n  shows: desk")
    assert "closed []" in ack(own(site("2026-03-06T17:30", oncall=duty.ONCALL, desks=desks))).text


def test_a_handlers_letter_may_say_it_anyway(site: Site):
    desks = duty.DESKS.replace("calendar: office", "calendar: office\n  shows: desk")
    house = own(site("2026-05-01T12:00", oncall=duty.ONCALL, desks=desks), "notice")
    house.mail(ANN, "Skriver", HELLO["nb"])
    (notice,) = [letter for letter in house.letters() if letter.kind == "notice"]
    assert "holiday [Lars Li]" in notice.text


# --- the morning ------------------------------------------------------------------------------------------------------------------


def morning(site: Site, day: str, language: str = "nb", clock: str = "07:30") -> House:
    house = site(f"{day}T07:29", language, oncall=duty.ONCALL, people=duty.people(language, clock))
    house.wait(minutes=2)
    return house


DUTY = {
    "en": "You have duty (Driftsvakt) from Wednesday 4 March 2026 at 15:30 to Thursday 5 March 2026 at 08:00.",
    "nb": "Du har vakt (Driftsvakt) fra onsdag 4. mars 2026 kl. 15:30 til torsdag 5. mars 2026 kl. 08:00.",
    "nn": "Du har vakt (Driftsvakt) frå onsdag 4. mars 2026 kl. 15:30 til torsdag 5. mars 2026 kl. 08:00.",
    "sl": "Dežurni ste (Driftsvakt): začetek v sredo, 4. marca 2026, ob 15.30, konec v četrtek, 5. marca 2026, ob 8.00.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mornings_letter_says_when_he_has_duty_even_if_there_is_nothing_else(site: Site, language: str):
    (digest,) = morning(site, "2026-03-04", language).letters()
    assert (digest.kind, digest.to) == ("digest", KARI)
    assert DUTY[language] in digest.text
    assert digest.text.count("Driftsvakt") == 1, "not the night that is ending"


def test_before_the_weekend_it_is_said_whole(site: Site):
    (digest,) = morning(site, "2026-03-06").letters()
    assert "fra fredag 6. mars 2026 kl. 15:30 til mandag 9. mars 2026 kl. 08:00" in digest.text


def test_whoever_stands_in_for_somebody_away_is_told_why(site: Site):
    house = site("2026-03-03T12:00", oncall=duty.ONCALL, people=duty.people("nb", "07:30"))
    house.mail(KARI, "Ferie", "/borte til 20.3.")
    house.letters()
    house.now = datetime(2026, 3, 4, 6, 29, tzinfo=UTC)
    house.wait(minutes=2)
    (digest,) = house.letters()
    assert (digest.kind, digest.to) == ("digest", OLA)
    assert "i stedet for Kari Nordmann, som er borte" in digest.text


def test_nobody_without_duty_or_work_gets_a_letter(site: Site):
    house = site("2026-03-04T07:29", people=duty.people("nb", "07:30"))
    house.wait(minutes=2)
    assert house.letters() == []
