"""Words without a command, in reply to a letter about a handler's own mail: yes, no, or a note; never an answer to the customer."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN, CANON = "Ann Berg <ann@kunde.example>", "help@canon.example"
ANNS = "ann@kunde.example"


def begun(house: House, subject: str = "Skriver") -> Got:
    house.mail(ANN, subject, "Den står.")
    return house.letters("notice")[0]


def asked(house: House, text: str = "/lukk\nDu er dum.") -> Got:
    """The letter about a mail that nobody proved."""
    house.reply(begun(house), text, proven=False)
    return house.letters("unverified")[0]


def much(house: House) -> Got:
    """The letter that asks whether so much is meant."""
    notice = begun(house)
    for number in range(6):
        house.mail(f"P{number} <p{number}@k{number}.example>", f"Nett {number}", "Nede")
    house.letters()
    house.reply(notice, "/hendelse Strøm\n" + "\n".join(f"/kobl #{1002 + number}" for number in range(6)))
    house.wait(minutes=2)
    house.letters()
    house.reply(notice, "/lukk alle")
    return house.letters("confirm")[0]


def after(house: House) -> list[Got]:
    house.wait(minutes=2)
    return house.letters()


def notes(house: House) -> int:
    return house.kinds("1001").count("noted")


WORDS = ["Nei! Det har jeg ikke skrevet. Ring politiet.", "No idea what this is", "Kdo je to pisal?", "Kven er dette?"]
YES = ["Ja", "ja.", "Yes!", "Da\n\nLep pozdrav\nKari", "Ja takk\n\nMvh\nKari"]
NO = ["Nei", "no.", "Ne", "Nei\n\nMvh\nKari"]


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("proven", [True, False])
def test_what_is_said_of_a_mail_in_ones_name_stays_inside(house: House, words: str, proven: bool):
    house.reply(asked(house), words, proven=proven)
    (receipt,) = after(house)
    assert (receipt.kind, receipt.to) == ("receipt", "kari@staff.example")
    assert "svar på en annen e-post i saken" in receipt.text
    assert (notes(house), house.case("1001")["status"]) == (1, "new")


@pytest.mark.parametrize(
    "yes", [*YES, "Ja, det var meg", "Ja, det var eg!", "Yes, that was me.", "Da, to sem bila jaz."]
)
@pytest.mark.parametrize("proven", [True, False])
def test_a_yes_confirms_it(house: House, yes: str, proven: bool):
    house.reply(asked(house), yes, proven=proven)
    assert house.case("1001")["status"] == "solved"
    assert ["Du er dum." in got.text for got in after(house) if got.to == ANNS] == [True], "her words, and no yes"


@pytest.mark.parametrize(
    "no", [*NO, "Det var ikke meg!", "Nei, det var ikkje eg.", "No, it was not me", "To nisem bil jaz"]
)
def test_a_no_drops_it(house: House, no: str):
    letter = asked(house)
    house.reply(letter, no)
    assert [got.kind for got in after(house)] == ["receipt"]
    house.reply(letter, "/send")
    assert (house.case("1001")["status"], notes(house)) == ("new", 0)


def test_a_no_below_the_link_that_says_yes_is_neither(house: House):
    letter = asked(house)
    link = next(r for r in letter.text.splitlines() if "body=%2Fsend" in r).partition("mailto:")[2].partition("?")[0]
    house.reply(letter, "Nei", to=link)
    assert house.case("1001")["status"] == "new"
    house.reply(letter, "Ja", to=link)
    assert house.case("1001")["status"] == "solved"


@pytest.mark.parametrize("words", WORDS)
def test_what_is_said_to_an_error_stays_inside(house: House, words: str):
    notice = begun(house)
    house.reply(notice, "/lukkk")
    (error,) = house.letters("error")
    assert "Det du skriver i et vanlig svar, blir internt; kunden får det ikke." in error.text
    house.reply(error, words)
    assert [(got.kind, got.to) for got in after(house)] == [("receipt", "kari@staff.example")]
    assert notes(house) == 1


def test_an_error_is_no_question_and_a_yes_to_it_no_answer_to_the_customer(house: House):
    house.reply(begun(house), "/lukkk\nHei Ann!")
    house.reply(house.letters("error")[0], "Ja")
    assert [got.to for got in after(house)] == ["kari@staff.example"]
    assert notes(house) == 1


def test_below_a_command_the_text_is_the_customers_as_ever(house: House):
    house.reply(begun(house), "/lukkk\nHei Ann!")
    house.reply(house.letters("error")[0], "/lukk\nDen er klar, Ann.")
    assert ["Den er klar, Ann." in got.text for got in after(house) if got.to == ANNS] == [True]


def test_a_text_that_is_sent_by_a_word_goes_out_though_it_answered_an_error(house: House):
    house.reply(begun(house), "/lukkk")
    house.reply(house.letters("error")[0], "/tidd 25m\nHei Ann.")
    house.reply(house.letters("error")[0], "/send")
    assert ["Hei Ann." in got.text for got in after(house) if got.to == ANNS] == [True]


@pytest.mark.parametrize("yes", YES)
def test_a_yes_does_what_was_much_at_once(house: House, yes: str):
    house.reply(much(house), yes)
    assert {house.case(str(number))["status"] for number in range(1001, 1008)} == {"solved"}
    assert not [got for got in after(house) if got.to == ANNS and yes.split("\n")[0] in got.text.split()]


@pytest.mark.parametrize("no", NO)
def test_a_no_does_nothing_of_it(house: House, no: str):
    letter = much(house)
    house.reply(letter, no)
    assert [got.kind for got in after(house)] == ["receipt"]
    house.reply(letter, "/send")
    assert house.case("1002")["status"] != "solved"


@pytest.mark.parametrize("words", ["Ja, men ikke #1003.", "Hva er disse sakene?"])
def test_any_other_word_is_a_note_and_the_question_stands(house: House, words: str):
    letter = much(house)
    house.reply(letter, words)
    assert [got.kind for got in after(house)] == ["receipt"]
    assert (notes(house), house.case("1002")["status"] == "solved") == (1, False)
    house.reply(letter, "Ja")
    assert house.case("1002")["status"] == "solved"


@pytest.mark.parametrize("yes", YES)
def test_a_yes_confirms_a_list_of_many_cases(house: House, yes: str):
    for number in range(6):
        house.mail(ANN, f"Nett {number}", "Nede")
    house.letters()
    house.mail("kari@staff.example", "liste", "\n".join(f"{1001 + number} lukk" for number in range(6)))
    (confirm,) = house.letters("confirm")
    house.reply(confirm, yes)
    assert {house.case(str(1001 + number))["status"] for number in range(6)} == {"solved"}


def test_a_suppliers_reader_who_is_asked_of_a_mail_in_her_name_does_not_write_to_the_supplier(house: House):
    house.reply(begun(house), f"/spør {CANON}\nHva betyr E-42?")
    (question,) = [got for got in after(house) if got.to == CANON]
    house.reply(question, "Varmeelementet er gåent.")
    (news,) = house.letters("supplier")
    house.reply(news, "Send et nytt.", proven=False)
    (letter,) = house.letters("unverified")
    house.reply(letter, "Det har jeg aldri skrevet, hvem er dette?")
    assert [got.to for got in after(house)] == ["kari@staff.example"]
