"""A customer asks how his cases stand, by the word alone or by an empty mail."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from parts.house import DESKS, Got, House
from parts.mails import authenticated, mail, wire

ANN, BO, EVE = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>", "Eve <eve@evil.example>"
KARI = "kari@staff.example"
SEEN = ["opened", "assigned", "acknowledged", "told"]
CUSTOMERS = """
kunde:
  name: Kunde AS
  domains: [kunde.example]
  contacts: [bo@kunde.example]
"""


def begun(house: House, subject: str = "Skriver", sender: str = ANN) -> tuple[Got, Got]:
    """A case; what the customer got, and the handler."""
    house.mail(sender, subject, "Hei, den står, og jeg vet ikke hva jeg skal gjøre nå.")
    ack, notice = house.letters()
    return ack, notice


def asked(house: House) -> list[str]:
    """The events that a question leaves behind where it has no case."""
    rows = house.session.all("SELECT kind FROM event WHERE case_id IS NULL ORDER BY id")
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    "words",
    [
        *(
            "status",
            "Status?",
            "STATUS.",
            "What is the status?",
            "Hvor står saken?",
            "hva er status",
            "Kvar står saka?",
        ),
        *("stanje", "Kakšno je stanje?", "kje je moj zahtevek", "Status\n\nMvh\nAnn Berg"),
    ],
)
def test_the_word_alone_is_answered_and_troubles_nobody(house: House, words: str):
    ack, _ = begun(house)
    house.reply(ack, words, ANN)
    (answer,) = house.letters()
    assert (answer.kind, answer.to, answer.subject) == ("status", "ann@kunde.example", "Re: Skriver [#1001]")
    assert "#1001 Skriver" in answer.text
    assert "Vi har fått saken, men har ikke begynt ennå. Hos: Kari Nordmann." in answer.text
    assert "Siste melding: fra deg, mandag 2. mars 2026 kl. 10:00." in answer.text
    assert house.kinds("1001") == [*SEEN, "enquired", "told"]
    house.wait(minutes=5)
    assert house.letters() == [], "the handler hears nothing of it"


@pytest.mark.parametrize(
    ("subject", "text"), [("status", ""), ("", "status"), ("Status", "status"), ("", ""), ("Spørsmål", "stanje")]
)
def test_a_new_mail_of_nothing_else_is_answered_and_opens_no_case(house: House, subject: str, text: str):
    begun(house)
    house.mail(ANN, subject, text)
    (answer,) = house.letters()
    assert "#1001 Skriver" in answer.text
    assert asked(house) == ["enquired"]
    house.reply(answer, "Den står fremdeles, ser jeg.", ANN)
    assert house.kinds("1001")[-1] == "told", "with one case, what is answered to the letter belongs to it"
    assert house.session.one("SELECT count(*) FROM cases") == (1,)


def test_all_open_cases_are_told_the_newest_first_and_nobody_elses(house: House):
    begun(house)
    begun(house, "Nettet er nede")
    begun(house, "Noe annet", BO)
    third, notice = begun(house, "Løst alt")
    house.reply(notice, "/lukk stille")
    house.letters()
    house.mail(ANN, "status", "")
    (answer,) = house.letters()
    assert answer.text.index("#1002 Nettet er nede") < answer.text.index("#1001 Skriver")
    assert "#1003" not in answer.text
    assert "#1004" not in answer.text
    assert answer.subject == "Slik står sakene dine"
    assert third.to == answer.to


def test_the_answer_of_a_handler_is_told_and_a_note_is_not(house: House):
    ack, notice = begun(house)
    house.wait(minutes=10)
    house.reply(notice, "Hei Ann, prøv nå.\n")
    house.wait(minutes=10)
    house.reply(notice, "/notat Hun forstår ingenting.")
    house.reply(notice, "/vent kunde")
    house.letters()
    house.reply(ack, "status", ANN)
    (answer,) = house.letters()
    assert "Vi venter på svar fra deg" in answer.text
    assert "Siste melding: fra Kari Nordmann, mandag 2. mars 2026 kl. 10:10." in answer.text
    assert house.case("1001")["status"] == "waiting", "the question is no answer"


def test_a_desk_may_keep_its_handlers_names_to_itself(tmp_path: Path):
    desks = DESKS.replace("  name: Kundeservice\n", "  name: Kundeservice\n  shows: desk\n")
    house = House(tmp_path, desks=desks)
    ack, notice = begun(house)
    house.reply(notice, "Hei Ann.")
    house.wait(minutes=2)
    house.letters()
    house.reply(ack, "status", ANN)
    (answer,) = house.letters()
    assert "Hos: Kundeservice." in answer.text
    assert "Siste melding: fra Kundeservice, " in answer.text
    assert "Kari" not in answer.text


def test_it_is_told_once_in_ten_minutes(house: House):
    ack, _ = begun(house)
    house.reply(ack, "status", ANN)
    assert len(house.letters()) == 1
    house.wait(minutes=9)
    house.mail(ANN, "status", "")
    assert house.letters() == []
    assert asked(house) == ["enquired", "suppressed"]
    house.wait(minutes=3)
    house.mail(ANN, "status", "")
    assert [letter.kind for letter in house.letters()] == ["status"]


def test_who_is_not_proven_is_told_nothing_and_his_mail_is_a_mail(house: House):
    begun(house)
    house.mail(ANN, "status", "", proven=False)
    assert {letter.kind for letter in house.letters()} == {"ack", "notice"}
    assert house.case("1002")["subject"] == "status"


def test_her_own_letter_is_proof_enough(house: House):
    ack, _ = begun(house)
    house.reply(ack, "status", ANN, proven=False)
    assert [(letter.kind, letter.to) for letter in house.letters()] == [("status", "ann@kunde.example")]


def test_somebody_elses_letter_is_not(house: House):
    ack, _ = begun(house)
    house.reply(ack, "status", EVE)
    house.wait(seconds=61)
    assert [letter.kind for letter in house.letters()] == ["update"], "the handler sees a stranger's mail"
    assert "enquired" not in house.kinds("1001")


def test_a_stranger_without_a_case_gets_one(house: House):
    house.mail(EVE, "status", "")
    assert {letter.kind for letter in house.letters()} == {"ack", "notice"}


@pytest.mark.parametrize(
    "text", ["Hva er status på skriveren i annen etasje?", "status\nDen står fremdeles.", "Status quo"]
)
def test_one_word_more_is_for_a_person_to_read(house: House, text: str):
    ack, _ = begun(house)
    house.reply(ack, text, ANN)
    house.wait(seconds=61)
    assert [letter.kind for letter in house.letters()] == ["update"]


def test_a_file_is_for_a_person_to_read(house: House):
    ack, _ = begun(house)
    made = mail(ANN, "Re: Skriver", "status", ack.reply_to)
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="feil.pdf")
    house.arrives(authenticated(made), ack.reply_to, "ann@kunde.example")
    house.wait(seconds=61)
    assert [letter.kind for letter in house.letters()] == ["update"]


def test_an_empty_mail_with_a_picture_is_not_empty(house: House):
    begun(house)
    made: EmailMessage = mail(ANN, "", "")
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="feil.png", disposition="inline")
    house.arrives(authenticated(made), "support@desk.example", "ann@kunde.example")
    assert {letter.kind for letter in house.letters()} == {"ack", "notice"}


def test_a_subject_alone_is_a_matter(house: House):
    begun(house)
    house.mail(ANN, "Skriveren brenner", "")
    assert house.case("1002")["subject"] == "Skriveren brenner"


def test_an_empty_answer_does_not_reopen_a_solved_case(house: House):
    ack, notice = begun(house)
    house.reply(notice, "/lukk")
    house.wait(seconds=61)
    house.letters()
    house.reply(ack, "", ANN)
    (answer,) = house.letters()
    assert answer.kind == "status"
    assert "Du har ingen åpen sak hos oss" in answer.text
    assert house.case("1001")["status"] == "solved"


def test_a_robot_is_told_nothing(house: House):
    ack, _ = begun(house)
    house.reply(ack, "status", ANN, Auto_Submitted="auto-replied")
    assert house.letters() == []


@pytest.mark.parametrize("words", ["status all", "Status alle", "alle saker", "stanje vseh"])
def test_a_contact_is_told_of_all_cases_of_the_organisation(tmp_path: Path, words: str):
    house = House(tmp_path, customers=CUSTOMERS)
    begun(house)
    begun(house, "Nettet er nede", BO)
    begun(house, "Noe annet", EVE)
    house.mail(BO, "", words)
    (answer,) = house.letters()
    assert answer.to == "bo@kunde.example"
    assert "Dette er de åpne sakene til Kunde AS" in answer.text
    assert "#1001 Skriver" in answer.text
    assert "Kunde: Ann Berg." in answer.text
    assert "#1002 Nettet er nede" in answer.text
    assert "#1003" not in answer.text


def test_who_is_no_contact_is_told_of_his_own(tmp_path: Path):
    house = House(tmp_path, customers=CUSTOMERS)
    begun(house)
    begun(house, "Nettet er nede", BO)
    house.mail(ANN, "", "status all")
    (answer,) = house.letters()
    assert "#1001" in answer.text
    assert "#1002" not in answer.text


def test_a_contact_who_is_not_proven_is_told_nothing(tmp_path: Path):
    house = House(tmp_path, customers=CUSTOMERS)
    begun(house)
    begun(house, "Nettet er nede", BO)
    house.arrives(wire(mail(BO, "", "status all")), "support@desk.example", "bo@kunde.example")
    assert "status" not in {letter.kind for letter in house.letters()}


def test_the_answer_is_in_the_askers_language(house: House):
    for sender, to, subject, text, said in (
        (
            "a@nn.example",
            "drift@desk.example",
            "Skrivar",
            "Eg har ein skrivar som ikkje verkar. Kva gjer eg?",
            "Slik står saka di:",
        ),
        (
            "a@sl.example",
            "podpora@desk.example",
            "Tiskalnik",
            "Tiskalnik ne deluje, prosim za pomoč.",
            "stanje vašega zahtevka:",
        ),
        (
            "a@en.example",
            "help@desk.example",
            "Printer",
            "The printer does not work, please help me.",
            "This is how your case stands:",
        ),
    ):
        house.mail(sender, subject, text, to)
        house.mail(sender, "status", "", to)
        (answer,) = house.letters("status")
        assert said in answer.text


def test_what_was_promised_is_told(house: House):
    ack, notice = begun(house)
    house.reply(notice, "/frist 12.3. 12:00")
    house.letters()
    house.reply(ack, "status", ANN)
    (answer,) = house.letters()
    assert "Lovet innen torsdag 12. mars 2026 kl. 12:00." in answer.text
