"""Thanks and nothing else never reopens a case; one word more does."""

from __future__ import annotations

import pytest
from parts.house import Got, House
from parts.mails import authenticated, mail

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"


def solved(house: House) -> Got:
    """The closing letter of a case that is solved."""
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    house.reply(notice, "/lukk\nNå skal den virke.")
    house.wait(seconds=61)
    (closing,) = house.letters("closing")
    return closing


@pytest.mark.parametrize(
    "words",
    [
        *("Takk!", "Tusen takk for hjelpen, Kari!", "Supert, takk. Nå virker det :)", "takk\n\nMvh\nAnn Berg"),
        *("Tusen takk for hjelpa! No verkar det.", "Hei Kari,\ntakk skal du ha"),
        *("Thanks!", "Thank you so much, Kari. It works now.", "Great, thanks a lot!\n\nBest regards\nAnn"),
        *("Hvala lepa.", "Hvala za hitro pomoč, zdaj vse deluje. Lep pozdrav, Ann", "najlepša hvala!"),
        "Tusen takk for rask hjelp 😀\n-- \nAnn Berg\nKunde AS, tlf. 22 00 00 00",
    ],
)
def test_thanks_are_filed_and_told_softly_and_the_case_stays_solved(house: House, words: str):
    house.reply(solved(house), words, ANN)
    assert house.case("1001")["status"] == "solved"
    assert "thanked" in house.kinds("1001")
    house.wait(seconds=61)
    (update,) = house.letters()
    assert (update.kind, update.to) == ("update", "kari@staff.example")
    assert "løst" in update.text


@pytest.mark.parametrize(
    "words",
    [
        *(
            "Takk, men den virker ikke.",
            "Takk! Kan dere bestille papir også",
            "Takk for hjelpen?",
            "Tusen takk for ingenting",
        ),
        *(
            "Takk, men no verkar ho ikkje att.",
            "Thanks, but no.",
            "Thank you. It is no good.",
            "Thanks for the new one, where is it",
        ),
        *("Hvala, vendar še vedno ne deluje.", "Hvala za nič", "Nå virker det ikke."),
        "Takk takk takk takk takk takk takk takk takk takk takk takk takk",
    ],
)
def test_one_word_that_is_not_thanks_reopens(house: House, words: str):
    house.reply(solved(house), words, ANN)
    assert house.case("1001")["status"] == "open"
    assert "thanked" not in house.kinds("1001")


@pytest.mark.parametrize(
    "words",
    [
        *(
            "Ja takk!",
            "Ja, takk",
            "Ja, tusen takk, Kari!",
            "ja\n\nTakk\nMvh Ann Berg",
            "Hei! Ja, takk for hjelpen.",
            "Nei takk!",
        ),
        *("Ja, mange takk!", "Hei, ja takk.\nVenleg helsing", "Nei, takk."),
        *("Yes please", "Yes, thanks!", "Hi Kari,\nyes, thank you very much", "No thanks", "No, thank you."),
        *("Da, prosim", "Da, hvala!", "Pozdravljeni, da, najlepša hvala.", "Ne, hvala."),
    ],
)
def test_a_yes_or_a_no_answers_a_question_however_politely(house: House, words: str):
    closing = solved(house)
    house.reply(closing, words, ANN)
    assert house.case("1001")["status"] == "open"
    assert "thanked" not in house.kinds("1001")


@pytest.mark.parametrize(
    "words",
    [
        "Ja, nå virker det, takk!",
        "Ja, no verkar det. Tusen takk!",
        "Yes, it works now. Thanks!",
        "Da, zdaj deluje, hvala.",
    ],
)
def test_a_yes_that_all_is_well_is_thanks(house: House, words: str):
    house.reply(solved(house), words, ANN)
    assert house.case("1001")["status"] == "solved"


def test_a_yes_after_the_window_is_a_new_case(house: House):
    closing = solved(house)
    house.wait(days=15)
    house.reply(closing, "Ja, takk!", ANN)
    assert house.session.one("SELECT count(*) FROM cases") == (2,)


def test_thanks_with_a_file_reopen(house: House):
    closing = solved(house)
    made = mail(ANN, closing.subject, "Takk!", closing.reply_to)
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="feil.pdf")
    house.arrives(authenticated(made), closing.reply_to, "ann@kunde.example")
    assert house.case("1001")["status"] == "open"


def test_thanks_in_an_open_case_are_a_mail_like_another(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    ack, notice = house.letters()
    house.reply(notice, "/vent kunde")
    house.reply(ack, "Takk!", ANN)
    assert house.case("1001")["status"] == "open"
    assert "thanked" not in house.kinds("1001")


def test_a_reply_within_the_window_reopens(house: House):
    closing = solved(house)
    house.wait(days=13)
    house.reply(closing, "Den står igjen.", ANN)
    assert house.case("1001")["status"] == "open"


def test_after_the_window_a_reply_is_a_new_case_that_is_linked(house: House):
    closing = solved(house)
    house.wait(days=15)
    assert house.case("1001")["status"] == "closed"
    house.reply(closing, "Den står igjen.", ANN)
    assert house.case("1001")["status"] == "closed"
    (notice,) = house.letters("notice")
    assert "Hører kanskje sammen med sak #1001." in notice.text


def test_thanks_after_the_window_are_no_new_case(house: House):
    closing = solved(house)
    house.wait(days=15)
    house.reply(closing, "Tusen takk for hjelpen!", ANN)
    assert house.case("1001")["status"] == "closed"
    assert "thanked" in house.kinds("1001")
    assert house.session.one("SELECT count(*) FROM cases") == (1,)


def test_a_strangers_thanks_after_the_window_are(house: House):
    closing = solved(house)
    house.wait(days=15)
    house.reply(closing, "Takk!", BO)
    assert "thanked" not in house.kinds("1001")
    assert house.session.one("SELECT count(*) FROM cases") == (2,)
