"""A mail of no case in a handler's name: what nobody proved waits for her word, and opens no case as a customer's would."""

from __future__ import annotations

import pytest
from parts.duty import Site, asked, has_duty, kinds
from parts.house import Got, House

ANN, KARI = "Ann Berg <ann@kunde.example>", "Kari Nordmann <kari@staff.example>"
FORWARD = (
    "Kan noen ta denne?\n\n---------- Videresendt melding ---------\nFra: Ann Berg <ann@kunde.example>\n"
    "Dato: man. 2. mars 2026\nEmne: Skriver\nTil: kari@staff.example\n\nDen står helt stille."
)


def count(house: House) -> int:
    row = house.session.one("SELECT count(*) FROM cases")
    assert row is not None
    return int(row[0])


def begun(house: House) -> Got:
    house.mail(ANN, "Skriver", "Den står.")
    return house.letters("notice")[0]


def doubted(house: House, text: str, subject: str = "Oppdrag") -> Got:
    """Her mail to a desk without proof; the letter that asks whether it was she."""
    before = count(house)
    house.mail(KARI, subject, text, proven=False)
    (letter,) = house.letters()
    assert (letter.kind, letter.to, count(house)) == ("unverified", "kari@staff.example", before)
    return letter


def link(letter: Got, word: str) -> str:
    return next(r for r in letter.text.splitlines() if word in r).partition("mailto:")[2].partition("?")[0]


@pytest.mark.parametrize("words", ["1001 lukk stille", "#1001 close quiet", "1001 lukk stille\n", "1001 zapri tiho"])
def test_a_list_is_asked_about_and_her_word_carries_it_out_once(house: House, words: str):
    begun(house)
    letter = doubted(house, words)
    assert (house.case("1001")["status"], f"| {words.strip()}" in letter.text) == ("new", True)
    assert "Det har kommet en e-post i ditt navn, men" in letter.text
    house.reply(letter, "", to=link(letter, "body=%2Fsend"), proven=False)
    assert (house.case("1001")["status"], [got.kind for got in house.letters()]) == ("solved", ["receipt"])
    house.mail(KARI, "Oppdrag", "1001 gjenåpne")
    house.letters()
    house.reply(letter, "", to=link(letter, "body=%2Fsend"), proven=False)
    assert (house.case("1001")["status"], count(house)) == ("open", 1)


@pytest.mark.parametrize("word", ["/forkast", "/drop", "/zavrzi"])
def test_what_is_dropped_is_gone(house: House, word: str):
    begun(house)
    letter = doubted(house, "1001 close")
    house.reply(letter, word, proven=False)
    assert [got.kind for got in house.letters()] == ["receipt"]
    house.reply(letter, "/send")
    assert house.case("1001")["status"] == "new"


def test_whoever_cannot_read_her_mailbox_can_do_nothing(house: House):
    begun(house)
    letter = doubted(house, "1001 close")
    for sender in ("Eve <eve@evil.example>", "Ola Hansen <ola@staff.example>"):
        house.reply(letter, "/send", sender, to=link(letter, "body=%2Fsend"))
    house.mail(KARI, "Re: Oppdrag", "/send", proven=False)
    assert house.case("1001")["status"] == "new"


def test_a_list_of_more_than_five_lines_is_not_asked_about_twice(house: House):
    for n in range(6):
        house.mail(f"Kunde {n} <k{n}@kunde.example>", f"Sak {n}", "Den står.")
    house.letters()
    letter = doubted(house, "\n".join(f"{n} lukk stille" for n in range(1001, 1007)))
    house.reply(letter, "/send", proven=False)
    assert {house.case(str(n))["status"] for n in range(1001, 1007)} == {"solved"}


@pytest.mark.parametrize("words", ["/borte 15.3.", "/away 15.3.", "/odsoten 15.3."])
def test_nobody_is_sent_away_in_her_name(house: House, words: str):
    letter = doubted(house, words)
    assert house.session.all("SELECT * FROM absence") == []
    house.reply(letter, "/send", proven=False)
    assert len(house.session.all("SELECT * FROM absence")) == 1


def test_a_call_is_a_case_when_she_says_so(house: House):
    letter = doubted(house, "/for 91234567 Bo\nHun sa at sjefen er gal.")
    assert "| Hun sa at sjefen er gal." in letter.text
    house.reply(letter, "/send", proven=False)
    note, *_ = house.case("1001")["messages"]
    assert (note["internal"], "sjefen er gal" in note["text"]) == (True, True)
    assert [got.kind for got in house.letters() if got.to == "kari@staff.example"][:1] == ["receipt"]


@pytest.mark.parametrize("text", [FORWARD, FORWARD.partition("\n\n")[2]])
def test_what_she_is_said_to_have_passed_on_is_shown_and_then_is_the_customers_case(house: House, text: str):
    letter = doubted(house, text, "VS: Skriver")
    assert "| Den står helt stille." in letter.text
    house.reply(letter, "/send", proven=False)
    assert house.case("1001")["customer"] == "ann@kunde.example"


def test_what_comes_within_the_hour_stands_in_one_letter_whatever_it_is_about(house: House):
    notice = begun(house)
    doubted(house, "1001 prioritet kritisk")
    house.mail(KARI, "Oppdrag", "1001 prioritet lav", proven=False)
    house.mail(KARI, "Oppdrag", "1001 tittel Papirstopp", proven=False)
    assert house.letters() == []
    house.wait(minutes=61)
    (letter,) = house.letters()
    assert ("2 e-poster i ditt navn" in letter.text, letter.text.count("Uten sak:")) == (True, 2)
    house.mail(KARI, "Oppdrag", "1001 prioritet høy", proven=False)
    house.reply(notice, "/tid 25m", proven=False)
    house.wait(minutes=61)
    (both,) = house.letters()
    assert ("Uten sak:" in both.text, "I sak #1001:" in both.text) == (True, True)
    house.reply(letter, "/send", proven=False)
    seen = house.kinds("1001")
    assert (house.case("1001")["priority"], "titled" in seen, "worked" in seen) == ("low", True, False)
    house.reply(both, "/send", proven=False)
    assert ("worked" in house.kinds("1001"), house.case("1001")["priority"]) == (True, "high")
    assert count(house) == 1


def test_a_flood_fills_one_letter(house: House):
    begun(house)
    doubted(house, "1001 prioritet lav")
    for at in range(14):
        house.mail(KARI, "Oppdrag", f"1001 tittel Nummer {at}", proven=False)
    house.wait(minutes=61)
    (letter,) = house.letters()
    assert (letter.text.count("tittel Nummer"), "kom det flere" in letter.text, count(house)) == (10, True, 1)
    assert len(house.session.all("SELECT * FROM event WHERE kind='ignored'")) == 4


def test_a_yes_to_a_swap_waits_for_her_word(rota: Site):
    house = rota()
    receipt, question = asked(house)
    for letter, text, outcome in ((question, "Ja", "duty_swapped"), (receipt, "/angre", "duty_returned")):
        house.reply(letter, text, proven=False)
        (unverified,) = house.letters()
        assert (unverified.kind, unverified.to, count(house)) == ("unverified", letter.to, 0)
        assert outcome not in kinds(house)
        house.reply(unverified, "/send", proven=False)
        assert kinds(house)[-1] == outcome
        house.letters()
        house.wait(minutes=61)
    assert has_duty(house, "2026-03-06T20:00") == ("kari",)


# --- proven, and still no case ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "to", ["support@desk.example", "drift@desk.example", "podpora@desk.example", "help@desk.example"]
)
def test_a_list_that_is_too_long_is_an_error(house: House, to: str):
    begun(house)
    house.mail(KARI, "Oppdrag", "\n".join(["1001 prioritet lav"] * 51), to)
    (error,) = house.letters()
    assert (error.kind, "50" in error.text, house.case("1001")["priority"], count(house)) == (
        "error",
        True,
        "medium",
        1,
    )


def test_a_question_in_reply_to_a_receipt_of_no_case_goes_to_nobody(house: House):
    begun(house)
    house.mail(KARI, "Oppdrag", "/liste")
    (receipt,) = house.letters()
    house.reply(receipt, "Hva er 1001?\nHun der er gal.")
    (error,) = house.letters()
    assert (error.kind, "så ordene dine gikk ikke til noen" in error.text, count(house)) == ("error", True, 1)
