"""A mail that is a case of its own, and cases that have to do with each other."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN, LI = "Ann Berg <ann@kunde.example>", "Li Dahl <li@kunde.example>"


def begun(house: House, sender: str = ANN, subject: str = "Skriver", text: str = "Den står.") -> tuple[Got, Got]:
    """A case; what the customer got, and the handler."""
    house.mail(sender, subject, text)
    ack, notice = house.letters()
    return ack, notice


def another_matter(house: House, *, proven: bool = True) -> Got:
    """Ann's case, in which she wrote of something else; the letter that tells the handler."""
    ack, _ = begun(house)
    house.reply(ack, "Forresten: Nettet er tregt.", ANN, proven=proven)
    house.wait(seconds=61)
    (update,) = house.letters()
    return update


@pytest.mark.parametrize("verb", ["/split", "/del", "/razdeli"])
def test_the_mail_that_the_letter_told_of_becomes_a_case(house: House, verb: str):
    update = another_matter(house)
    house.reply(update, f"{verb} Tregt nett")
    new = house.case("1002")
    assert (new["subject"], new["customer"], new["status"]) == ("Tregt nett", "ann@kunde.example", "new")
    assert new["handler"] == house.case("1001")["handler"]
    assert [m["own_text"] for m in new["messages"] if m["direction"] == "in"] == ["Forresten: Nettet er tregt."]
    assert (new["links"], house.case("1001")["links"]) == (["1001"], ["1002"])
    assert "split" in house.kinds("1001")


def test_both_receipts_name_both_and_the_customer_has_a_letter_after_the_time_for_undo(house: House):
    update = another_matter(house)
    house.reply(update, "/del Tregt nett")
    receipts = {letter.subject: letter.text for letter in house.letters()}
    assert "e-posten er nå en egen sak: #1002" in receipts["[#1001] Skriver"]
    assert "skilt ut fra #1001" in receipts["[#1002] Tregt nett"]
    house.wait(seconds=61)
    (ack,) = house.letters()
    assert (ack.kind, ack.to) == ("ack", "ann@kunde.example")
    assert "[#1002]" in ack.subject
    assert "Tregt nett" in ack.text


def test_an_answer_to_the_acknowledgement_or_to_her_own_mail_comes_to_the_new_case(house: House):
    update = another_matter(house)
    house.reply(update, "/del")
    house.wait(seconds=61)
    ack = next(letter for letter in house.letters() if letter.kind == "ack")
    house.reply(ack, "Takk.", ANN)
    own = next(m["message_id"] for m in house.case("1002")["messages"] if m["direction"] == "in")
    house.mail(ANN, "Sv: Skriver", "Og en ting til.", In_Reply_To=own)
    assert house.kinds("1002").count("received") == 2


def test_without_a_title_it_is_called_as_the_mail_is(house: House):
    update = another_matter(house)
    house.reply(update, "/del")
    assert house.case("1002")["subject"] == "Skriver"


def test_the_first_mail_of_a_case_can_be_two_matters_and_stays(house: House):
    ack, notice = begun(house, text="Skriveren står, og nettet er tregt.")
    house.reply(notice, "/del Nettet")
    assert "Skriveren står, og nettet er tregt." in [m["own_text"] for m in house.case("1001")["messages"]]
    assert house.case("1002")["subject"] == "Nettet"
    house.mail(ANN, "Sv: Skriver", "Hei igjen.", In_Reply_To=str(ack.mail["In-Reply-To"]))
    assert house.kinds("1001").count("received") == 1, "her own first mail still leads to the first case"


def test_what_was_not_proven_of_the_mail_is_not_proven_of_the_case(house: House):
    update = another_matter(house, proven=False)
    house.reply(update, "/del Tregt nett")
    house.wait(seconds=61)
    ack = next(letter for letter in house.letters() if letter.kind == "ack")
    assert "Tregt nett" not in ack.raw.decode()
    assert "Ann" not in ack.text


def test_a_letter_that_tells_of_no_mail_can_be_split_by_nobody(house: House):
    _, notice = begun(house)
    house.reply(notice, "/ta")
    (receipt,) = house.letters()
    house.reply(receipt, "/del Noe")
    (error,) = house.letters()
    assert "hvilken e-post?" in error.text


def test_two_splits_in_one_mail_are_one_too_many(house: House):
    house.reply(another_matter(house), "/del A\n/del B")
    assert "bare skilles ut én gang" in house.letters()[0].text


@pytest.mark.parametrize("verb", ["/link", "/koble", "/kople", "/poveži"])
def test_linked_cases_name_each_other(house: House, verb: str):
    (_, notice), (other_ack, _) = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, f"{verb} #1002")
    assert (house.case("1001")["links"], house.case("1002")["links"]) == (["1002"], ["1001"])
    house.letters()
    house.reply(other_ack, "Noe nytt?", LI)
    house.wait(seconds=61)
    (update,) = house.letters()
    assert "Koblet til #1001." in update.text


def test_a_link_that_is_there_is_said_to_be(house: House):
    (_, notice), _ = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, "/koble 1002")
    house.letters()
    house.wait(seconds=1)
    house.reply(notice, "/koble 1002")
    assert "var allerede koblet til #1002" in house.letters()[0].text
    assert house.kinds("1001").count("linked") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/koble", "koble til hvilken sak?"),
        ("/koble #1001", "ingen annen sak #1001"),
        ("/koble #77", "ingen annen sak"),
    ],
)
def test_a_link_to_nothing_is_refused(house: House, words: str, said: str):
    house.reply(begun(house)[1], words)
    assert said in house.letters()[0].text
