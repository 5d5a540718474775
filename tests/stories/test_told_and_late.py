"""What a customer reads of dates that have passed, or hold no longer.  The office is open 8 to 16 in Oslo; a Monday, 9:00."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts.house import House
from parts.promised import RESPONSE, SOLUTION, UPDATE, hours, promise
from stories.test_promises_change import ANN, LANGUAGES, made
from stories.test_told_dates import HELLO
from stories.test_told_holds import says


def begun(folder: Path, language: str = "nb") -> House:
    house = made(folder, language)
    terms = {RESPONSE: hours(4), UPDATE: hours(4), SOLUTION: hours(8)}
    promise(house, told=(RESPONSE, UPDATE, SOLUTION), medium=terms)
    house.mail(ANN, "Skriver", HELLO[language])
    house.wait(minutes=1)
    house.letters()
    return house


def stands(house: House, sender: str = ANN) -> str:
    """What the customer reads who asks how his cases stand."""
    house.mail(sender, "status", "status")
    house.wait(minutes=1)
    (letter,) = house.letters("status")
    return letter.text.replace("\r\n", "\n")


LATE = {
    "en": (
        "You should have had an answer by Monday 2 March 2026 at 13:00; we are sorry.",
        "We should have solved it by Tuesday 3 March 2026 at 09:00; we are sorry.",
        "You should have heard from us by Monday 2 March 2026 at 13:01; we are sorry.",
    ),
    "nb": (
        "Du skulle ha fått svar innen mandag 2. mars 2026 kl. 13:00. Vi beklager.",
        "Saken skulle vært løst innen tirsdag 3. mars 2026 kl. 09:00. Vi beklager.",
        "Du skulle ha hørt fra oss innen mandag 2. mars 2026 kl. 13:01. Vi beklager.",
    ),
    "nn": (
        "Du skulle ha fått svar innan måndag 2. mars 2026 kl. 13:00. Vi beklagar.",
        "Saka skulle ha vore løyst innan tysdag 3. mars 2026 kl. 09:00. Vi beklagar.",
        "Du skulle ha høyrt frå oss innan måndag 2. mars 2026 kl. 13:01. Vi beklagar.",
    ),
    "sl": (
        "Odgovor bi morali prejeti do ponedeljka, 2. marca 2026, do 13.00. Opravičujemo se.",
        "Zahtevek bi morali rešiti do torka, 3. marca 2026, do 9.00. Opravičujemo se.",
        "Oglasiti bi se vam morali do ponedeljka, 2. marca 2026, do 13.01. Opravičujemo se.",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_date_that_is_past_is_promised_no_more(tmp_path: Path, language: str):
    house = begun(tmp_path, language)
    house.now += hours(72)
    text = stands(house)
    answer, solved, _ = LATE[language]
    assert (answer in text, solved in text) == (True, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nor_is_the_next_word(tmp_path: Path, language: str):
    house = begun(tmp_path, language)
    says(house, "1001", "Vi ser på det.")
    house.letters()
    house.now += hours(72)
    assert LATE[language][2] in stands(house)


PROMISED = {
    "en": "Promised for Tuesday 3 March 2026 at 08:00 and not done yet; we are sorry.",
    "nb": "Lovet innen tirsdag 3. mars 2026 kl. 08:00, men ikke ferdig ennå. Vi beklager.",
    "nn": "Lova innan tysdag 3. mars 2026 kl. 08:00, men ikkje ferdig enno. Vi beklagar.",
    "sl": "Obljubljeno do torka, 3. marca 2026, do 8.00, a še ni urejeno. Opravičujemo se.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nor_is_what_a_handler_promised(tmp_path: Path, language: str):
    house = begun(tmp_path, language)
    says(house, "1001", "/due 3.3.2026")
    house.letters()
    house.now += hours(72)
    assert PROMISED[language] in stands(house)


LAST = {
    "en": "Last message: Mon",
    "nb": "Siste melding: mandag",
    "nn": "Siste melding: måndag",
    "sl": "Zadnje sporočilo: v pon",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_wrote_before_it_was_his_is_not_named(tmp_path: Path, language: str):
    house = begun(tmp_path, language)
    says(house, "1001", "/for bo@annen.example Bo Li")
    house.letters()
    assert LAST[language] in stands(house, "Bo Li <bo@annen.example>")


# --- a date that holds no more ----------------------------------------------------------------------------------------------------

AGAIN = {
    "en": "The last date that we gave you in case #1001 no longer holds. The earlier one does again: we will have solved it by "
    "Tuesday 3 March 2026 at 09:00.",
    "nb": "Den siste datoen vi ga deg i sak #1001, gjelder ikke lenger. Den forrige gjelder igjen: Vi skal ha løst saken innen "
    "tirsdag 3. mars 2026 kl. 09:00.",
    "nn": "Den siste datoen vi gav deg i sak #1001, gjeld ikkje lenger. Den førre gjeld igjen: Vi skal ha løyst saka innan "
    "tysdag 3. mars 2026 kl. 09:00.",
    "sl": "zadnji rok, ki smo vam ga sporočili v zahtevku #1001, ne velja več. Znova velja prejšnji: zahtevek bomo rešili do "
    "torka, 3. marca 2026, do 9.00.",
}


@pytest.mark.parametrize("words", ["/due none", "/undo"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_date_that_holds_again_is_named(tmp_path: Path, language: str, words: str):
    house = begun(tmp_path, language)
    says(house, "1001", "/due 6.3.2026")
    house.letters()
    says(house, "1001", words)
    assert AGAIN[language] in " ".join(house.letters("promised")[0].text.split())


AGAIN_BELOW = {
    "en": "The last date that we gave you no longer holds. The earlier one does again: we will have solved it by Tuesday 3 March",
    "nb": "Den siste datoen vi ga deg, gjelder ikke lenger. Den forrige gjelder igjen: Vi skal ha løst saken innen tirsdag 3. mars",
    "nn": "Den siste datoen vi gav deg, gjeld ikkje lenger. Den førre gjeld igjen: Vi skal ha løyst saka innan tysdag 3. mars",
    "sl": "Zadnji rok, ki smo vam ga sporočili, ne velja več. Znova velja prejšnji: zahtevek bomo rešili do torka, 3. marca",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_also_below_an_answer(tmp_path: Path, language: str):
    house = begun(tmp_path, language)
    says(house, "1001", "/due 6.3.2026")
    house.letters()
    says(house, "1001", "/due none\nDelen er utsolgt.")
    (letter,) = (one for one in house.letters("update") if one.to == "ann@kunde.example")
    assert AGAIN_BELOW[language] in " ".join(letter.text.split())


def test_one_that_is_past_is_not(tmp_path: Path):
    house = begun(tmp_path)
    says(house, "1001", "/frist 6.3.2026")
    house.now += hours(48)
    house.wait(seconds=0)
    house.letters()
    says(house, "1001", "/frist ingen")
    assert "Du hører fra oss når vi har en ny." in " ".join(house.letters("promised")[0].text.split())
