"""Duty changes hands by mail.  Today is Monday 2 March 2026, 10:00 in Oslo: Kari has the week, then Ola, then Lars."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from parts import duty
from parts.house import Got, House

from maild.model.rota import Book, on_duty
from maild.store.absence import absent
from maild.store.swaps import swaps

KARI, OLA, IDA = "kari@staff.example", "ola@staff.example", "ida@staff.example"
LANGUAGES = ("en", "nb", "nn", "sl")
SWAP = {"en": "/swap", "nb": "/bytt", "nn": "/byt", "sl": "/zamenjaj"}
FRIDAY = {"en": "fri", "nb": "fre", "nn": "fredag", "sl": "petek"}
YES = {"en": "Yes", "nb": "Ja", "nn": "Ja", "sl": "Da"}
NO = {"en": "no", "nb": "nei", "nn": "nei", "sl": "ne"}
UNDO = {"en": "/undo", "nb": "/angre", "nn": "/angre", "sl": "/razveljavi"}

Site = Callable[..., House]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made: list[House] = []

    def make(language: str = "nb", **files: str) -> House:
        given = {
            "desks": duty.DESKS,
            "people": duty.people(language),
            "calendars": duty.CALENDARS,
            "oncall": duty.ONCALL,
        }
        made.append(House(tmp_path, **{**given, **files}))
        return made[-1]

    yield make
    for house in made:
        house.database.close()


def has_duty(house: House, at: str) -> tuple[str, ...]:
    """Who has duty at that time in Oslo."""
    rota = house.policy.rotas["vakt"]
    instant = datetime.fromisoformat(at).replace(tzinfo=rota.calendar.zone)
    book = Book.of(swaps(house.session, datetime(2026, 1, 1, tzinfo=UTC)), absent(house.session))
    return on_duty(rota, instant, book)


def link(letter: Got, purpose: str) -> str:
    """The address of a button: y or x."""
    (found,) = {x for x in re.findall(r"mailto:([^?>]+)", letter.text) if x.startswith(f"support+{purpose}")}
    return str(found)


def kinds(house: House) -> list[str]:
    return [row[0] for row in house.session.all("SELECT kind FROM event WHERE kind LIKE 'duty_%' ORDER BY id")]


def asked(house: House, words: str = "/bytt ola fre", sender: str = KARI) -> tuple[Got, Got]:
    """Somebody's swap: the receipt, and the letter that asks."""
    house.mail(sender, "Vakt", words)
    letters = {letter.kind: letter for letter in house.letters()}
    assert set(letters) == {"receipt", "swap"}, {kind: letter.text for kind, letter in letters.items()}
    return letters["receipt"], letters["swap"]


# --- the story, in all languages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_colleague_who_says_yes_has_the_duty_of_that_day(site: Site, language: str):
    house = site(language)
    receipt, question = asked(house, f"{SWAP[language]} ola {FRIDAY[language]}")
    assert (receipt.to, question.to) == (KARI, OLA)
    assert "Ola Hansen" in receipt.text
    assert has_duty(house, "2026-03-06T20:00") == ("kari",), "until he says yes"
    house.reply(question, YES[language])
    assert has_duty(house, "2026-03-06T20:00") == ("ola",)
    assert has_duty(house, "2026-03-07T07:59") == ("ola",), "until the hour of handing over"
    assert has_duty(house, "2026-03-07T08:00") == ("kari",)
    assert has_duty(house, "2026-03-05T20:00") == ("kari",)
    assert sorted((letter.kind, letter.to) for letter in house.letters()) == [("receipt", OLA), ("swap", KARI)]
    assert kinds(house) == ["duty_offered", "duty_swapped"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_colleague_who_says_no_changes_nothing(site: Site, language: str):
    house = site(language)
    _, question = asked(house, f"{SWAP[language]} ola {FRIDAY[language]}")
    house.reply(question, NO[language])
    assert has_duty(house, "2026-03-06T20:00") == ("kari",)
    told = {letter.to: letter for letter in house.letters()}
    assert (told[OLA].kind, told[KARI].kind) == ("receipt", "swap")
    assert kinds(house) == ["duty_offered", "duty_refused"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_undo_in_reply_to_the_receipt_takes_the_question_back(site: Site, language: str):
    house = site(language)
    receipt, question = asked(house, f"{SWAP[language]} ola {FRIDAY[language]}")
    house.reply(receipt, UNDO[language])
    assert sorted((letter.kind, letter.to) for letter in house.letters()) == [("receipt", KARI), ("swap", OLA)]
    house.reply(question, YES[language])
    assert [letter.kind for letter in house.letters()] == ["error"]
    assert has_duty(house, "2026-03-06T20:00") == ("kari",)
    assert kinds(house) == ["duty_offered", "duty_returned"]


# --- how it may be answered -------------------------------------------------------------------------------------------------------


def test_the_buttons_of_the_letter_answer_it(site: Site):
    house = site()
    _, question = asked(house)
    house.reply(question, "ja", to=link(question, "y"))
    assert has_duty(house, "2026-03-06T20:00") == ("ola",)


def test_the_button_no_says_no_even_where_the_mail_program_drops_its_word(site: Site):
    house = site()
    _, question = asked(house)
    house.reply(question, "", to=link(question, "x"))
    assert kinds(house) == ["duty_offered", "duty_refused"]


@pytest.mark.parametrize(
    ("words", "kind"), [("/godkjenn", "duty_swapped"), ("/avslå", "duty_refused"), ("/godta", "duty_swapped")]
)
def test_the_commands_for_yes_and_no_answer_it_too(site: Site, words: str, kind: str):
    house = site()
    _, question = asked(house)
    house.reply(question, words)
    assert kinds(house) == ["duty_offered", kind]


def test_other_words_are_no_answer_and_open_no_case(site: Site):
    house = site()
    _, question = asked(house)
    house.reply(question, "Kanskje, jeg må spørre hjemme først.")
    (error,) = house.letters()
    assert (error.kind, error.to) == ("error", OLA)
    assert "skriv bare ja eller nei" in error.text
    assert house.session.all("SELECT id FROM cases") == []
    assert kinds(house) == ["duty_offered"]


def test_a_yes_that_is_not_proven_agrees_to_nothing(site: Site):
    house = site()
    _, question = asked(house)
    house.reply(question, "ja", proven=False)
    assert has_duty(house, "2026-03-06T20:00") == ("kari",)
    assert kinds(house) == ["duty_offered"]


def test_somebody_elses_yes_agrees_to_nothing(site: Site):
    house = site()
    _, question = asked(house)
    house.reply(question, "ja", "lars@staff.example")
    assert kinds(house) == ["duty_offered"]


def test_a_swap_that_is_not_proven_asks_nobody(site: Site):
    house = site()
    house.mail(KARI, "Vakt", "/bytt ola fre", proven=False)
    assert "swap" not in [letter.kind for letter in house.letters()]
    assert kinds(house) == []


def test_a_customers_swap_is_text(site: Site):
    house = site()
    house.mail("Ann Berg <ann@kunde.example>", "Vakt", "/bytt ola fre")
    assert "swap" not in [letter.kind for letter in house.letters()]
    assert kinds(house) == []


def test_the_same_yes_twice_is_one(site: Site):
    house = site()
    _, question = asked(house)
    house.reply(question, "ja")
    house.letters()
    house.reply(question, "nei")
    (error,) = house.letters()
    assert "det spørsmålet gjelder ikke lenger" in error.text
    assert has_duty(house, "2026-03-06T20:00") == ("ola",)


def test_a_yes_comes_too_late_when_the_duty_is_over(site: Site):
    house = site()
    _, question = asked(house)
    house.wait(days=6)
    house.reply(question, "ja")
    (error,) = [letter for letter in house.letters() if letter.to == OLA]
    assert "det spørsmålet gjelder ikke lenger" in error.text


def test_of_two_who_were_asked_the_first_yes_counts(site: Site):
    house = site()
    _, of_ola = asked(house)
    _, of_lars = asked(house, "/bytt lars fre")
    house.reply(of_lars, "ja")
    house.letters()
    house.reply(of_ola, "ja")
    (error,) = house.letters()
    assert "den vakten er en annens nå" in error.text
    assert has_duty(house, "2026-03-06T20:00") == ("lars",)


# --- what can be swapped ----------------------------------------------------------------------------------------------------------


def test_several_days_go_together(site: Site):
    house = site()
    _, question = asked(house, "/bytt ola 4.3.-6.3.")
    house.reply(question, "ja")
    times = ("03-04T07:00", "03-04T20:00", "03-06T20:00", "03-07T12:00")
    assert [has_duty(house, f"2026-{time}") for time in times] == [("kari",), ("ola",), ("ola",), ("kari",)]


def test_my_duty_for_yours_is_one_swap(site: Site):
    house = site()
    receipt, question = asked(house, "/bytt ola 6.3. 13.3.")
    assert "vakt fra fre. 6. mars 2026 kl. 15.30 til lør. 7. mars 2026 kl. 8.00" in receipt.text
    assert "vakt fra fre. 13. mars 2026 kl. 15.30 til lør. 14. mars 2026 kl. 8.00" in receipt.text
    assert "du får vakt fra fre. 6. mars 2026 kl. 15.30" in question.text
    assert "du får fri fra fre. 13. mars 2026 kl. 15.30" in question.text
    house.reply(question, "ja")
    assert (has_duty(house, "2026-03-06T20:00"), has_duty(house, "2026-03-13T20:00")) == (("ola",), ("kari",))
    assert kinds(house) == ["duty_offered", "duty_offered", "duty_swapped"]


def test_what_was_swapped_can_be_swapped_on(site: Site):
    house = site()
    _, question = asked(house)
    house.reply(question, "ja")
    house.letters()
    _, again = asked(house, "/bytt lars fre", OLA)
    house.reply(again, "ja")
    assert has_duty(house, "2026-03-06T20:00") == ("lars",)


def test_todays_duty_can_be_given_away_from_now_on(site: Site):
    house = site()
    house.wait(hours=10)
    _, question = asked(house, "/bytt ola i dag")
    house.reply(question, "ja")
    assert has_duty(house, "2026-03-02T20:30") == ("ola",)


def test_a_swap_in_reply_to_a_case_is_one_too_and_undone_there(site: Site):
    house = site()
    house.mail("Ann Berg <ann@kunde.example>", "Skriver", "Den står.")
    notice = next(letter for letter in house.letters() if letter.to == KARI or letter.kind == "notice")
    house.reply(notice, "/prioritet høy\n/bytt ola 6.3." if notice.to == KARI else "/prioritet høy\n/bytt lars 13.3.")
    letters = house.letters()
    assert sorted(letter.kind for letter in letters) == ["receipt", "swap"]
    receipt = next(letter for letter in letters if letter.kind == "receipt")
    house.reply(receipt, "/angre")
    assert house.case("1001")["priority"] == "medium"
    assert kinds(house) == ["duty_offered", "duty_returned"]


# --- a lead -----------------------------------------------------------------------------------------------------------------------


def test_a_lead_says_so_and_it_is_so(site: Site):
    house = site()
    house.mail(IDA, "Vakt", "/bytt lars fre")
    letters = {letter.to: letter for letter in house.letters()}
    assert {to: letter.kind for to, letter in letters.items()} == {
        IDA: "receipt",
        KARI: "swap",
        "lars@staff.example": "swap",
    }
    assert "du har fri fra fre. 6. mars 2026" in letters[KARI].text
    assert "du har vakt fra fre. 6. mars 2026" in letters["lars@staff.example"].text
    assert "mailto" not in letters[KARI].text
    assert has_duty(house, "2026-03-06T20:00") == ("lars",)


def test_what_a_lead_said_only_the_lead_takes_back(site: Site):
    house = site()
    house.mail(IDA, "Vakt", "/bytt lars fre")
    house.letters()
    house.mail("lars@staff.example", "Vakt", "/angre")
    (error,) = house.letters()
    assert error.kind == "error"
    house.mail(IDA, "Vakt", "/angre")
    assert has_duty(house, "2026-03-06T20:00") == ("kari",)


def test_whoever_agreed_may_take_it_back_before_it_begins(site: Site):
    house = site()
    _, question = asked(house)
    house.reply(question, "ja")
    (receipt,) = [letter for letter in house.letters() if letter.kind == "receipt"]
    house.reply(receipt, "/angre")
    assert {letter.to for letter in house.letters()} == {OLA, KARI}
    assert has_duty(house, "2026-03-06T20:00") == ("kari",)


def test_duty_that_has_begun_is_not_taken_back(site: Site):
    house = site()
    _, question = asked(house)
    house.reply(question, "ja")
    house.letters()
    house.wait(days=4, hours=9)
    house.mail(KARI, "Vakt", "/angre")
    (error,) = house.letters()
    assert "den vakten har begynt" in error.text
    assert has_duty(house, "2026-03-06T20:00") == ("ola",)


# --- what cannot be -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "words", "said"),
    [
        (KARI, "/bytt", "hvem tar hvilken dag?"),
        (KARI, "/bytt ola", "hvem tar hvilken dag?"),
        (KARI, "/bytt ola en gang", "hvem tar hvilken dag?"),
        (KARI, "/bytt ola 31.4.", "den siste i måneden er 30.4."),
        (KARI, "/bytt ola 1.3.2026", "det er allerede forbi"),
        (KARI, "/bytt ola 7.3.-6.3.", "høyst 31 dager"),
        (KARI, "/bytt ole fre", "lars"),
        (KARI, "/bytt ola 13.3.", "du har ikke vakt da; den neste begynner man. 2. mars 2026 kl. 15.30"),
        ("per@staff.example", "/bytt ola fre", "du har ikke vakt da"),
        (KARI, "/bytt per fre", "Per Moe jobber ikke for alle gruppene"),
        (KARI, "/bytt kari fre", "Kari Nordmann har den vakten allerede"),
        (KARI, "/bytt ola 6.3. 20.3.", "Ola Hansen har ikke vakt da"),
    ],
)
def test_what_cannot_be_swapped_is_refused_with_its_cure(site: Site, sender: str, words: str, said: str):
    house = site()
    house.mail(sender, "Vakt", words)
    (error,) = house.letters()
    assert (error.kind, error.to) == ("error", sender)
    assert said in error.text
    assert kinds(house) == []


def test_nobody_who_is_away_gets_duty(site: Site):
    house = site()
    house.mail(OLA, "Ferie", "/borte til 20.3.")
    house.letters()
    house.mail(KARI, "Vakt", "/bytt ola fre")
    (error,) = house.letters()
    assert "Ola Hansen er borte da" in error.text


@pytest.mark.parametrize(
    ("language", "words", "said"),
    [
        (
            "en",
            "/away until 6.3.",
            "you have duty from Mon 2 March 2026 at 15:30 to Tue 3 March 2026 at 8:00; if you swap it with nobody",
        ),
        (
            "nb",
            "/borte til 6.3.",
            "du har vakt fra man. 2. mars 2026 kl. 15.30 til tir. 3. mars 2026 kl. 8.00; bytter du ikke",
        ),
        (
            "nn",
            "/borte til 6.3.",
            "du har vakt frå mån. 2. mars 2026 kl. 15.30 til tys. 3. mars 2026 kl. 8.00; byter du ikkje",
        ),
        (
            "sl",
            "/odsoten do 6.3.",
            "dežurni ste od pon., 2. marca 2026 ob 15.30 do tor., 3. marca 2026 ob 8.00; če z nikomer",
        ),
    ],
)
def test_whoever_leaves_is_reminded_of_his_duty(site: Site, language: str, words: str, said: str):
    house = site(language)
    house.mail(KARI, "Ferie", words)
    receipt = next(letter for letter in house.letters() if letter.kind == "receipt")
    assert said in receipt.text
    assert has_duty(house, "2026-03-02T20:00") == ("ola",), "the next in order, meanwhile"


def test_without_a_rota_there_is_nothing_to_swap(site: Site):
    house = site(oncall="")
    house.mail(KARI, "Vakt", "/bytt ola fre")
    (error,) = house.letters()
    assert "ingen har vakt her" in error.text


def test_where_he_has_duty_in_two_rotas_the_name_says_which(site: Site):
    house = site(oncall=duty.ONCALL + duty.ONCALL.replace("vakt:", "natt:").replace("Driftsvakt", "Nattevakt"))
    house.mail(KARI, "Vakt", "/bytt ola fre")
    (error,) = house.letters()
    assert "vakt, natt" in error.text
    _, question = asked(house, "/bytt ola fre natt")
    house.reply(question, "ja")
    assert has_duty(house, "2026-03-06T20:00") == ("kari",), "the other rota"
