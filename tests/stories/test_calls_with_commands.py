"""A handler opens a case for somebody else, and says in the same mail what is to be done in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts.house import Got, House
from parts.mails import authenticated, mail
from stories.test_on_behalf import FORWARD, customer

OLA, ANN = "Ola Hansen <ola@staff.example>", "Ann Berg <ann@kunde.example>"
CANON = "help@canon.example"


def called(house: House, text: str, **more: str) -> list[Got]:
    """What Ola writes after a telephone call; the letters of the next minutes."""
    house.mail(OLA, "Skriver i 2. etasje", text, **more)  # type: ignore[arg-type]
    house.wait(minutes=2)
    return house.letters()


def error_of(house: House, text: str, subject: str = "Skriver i 2. etasje") -> Got:
    house.mail(OLA, subject, text)
    (error,) = house.letters()
    assert (error.kind, error.to) == ("error", "ola@staff.example")
    assert house.session.one("SELECT count(*) FROM cases") == (0,)
    return error


@pytest.mark.parametrize(("who", "ask"), [("/for", "/ask"), ("/for", "/spør"), ("/for", "/spor"), ("/za", "/vprašaj")])
def test_the_text_below_goes_to_the_supplier_and_not_to_the_customer(house: House, who: str, ask: str):
    letters = called(house, f"{who} ann@kunde.example\n{ask} {CANON}\nHva betyr E-42?")
    (question,) = [letter for letter in letters if letter.to == CANON]
    assert "Hva betyr E-42?" in question.text
    assert [letter.kind for letter in letters if "E-42" in letter.text and letter.to == "ann@kunde.example"] == []
    assert customer(house) == "ann@kunde.example"


@pytest.mark.parametrize(
    ("offer", "task"),
    [
        ("/offer 2h Find the cause", "/task Find the cause"),
        ("/tilbud 1500 kr Finne årsaken", "/oppgave Finne årsaken"),
        ("/tilbod 1500 kr Finne årsaka", "/oppgåve Finne årsaka"),
        ("/ponudba 150 EUR Poiskati vzrok", "/naloga Poiskati vzrok"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_an_offer_goes_to_whose_the_case_is_wherever_that_stands(house: House, offer: str, task: str, first: bool):
    lines = ["/for ann@kunde.example Ann Berg", offer, task]
    letters = called(house, "\n".join(lines if first else lines[::-1]) + "\n\nHun ringte.")
    assert [letter.to for letter in letters if letter.kind == "offer"] == ["ann@kunde.example"]
    assert [one["text"] for one in house.case("1001")["tasks"]] == [task.partition(" ")[2]]


def test_an_offer_to_a_telephone_is_refused(house: House):
    error = error_of(house, "/for +4791234567\n/tilbud 1500 kr Finne årsaken")
    assert "kunden har ingen e-postadresse" in error.text


STAFF = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example], digest: none, desks: [support, podpora, help]}
ola: {name: Ola Hansen, addresses: [ola@staff.example], digest: none, desks: [drift]}
"""


@pytest.mark.parametrize(
    "lines", ["/for ann@kunde.example", "/for ann@kunde.example\n/prioritet høy\n/oppgave Ringe Ann"]
)
def test_a_call_for_another_desk_is_that_desk_s_case(tmp_path: Path, lines: str):
    house = House(tmp_path, people=STAFF)
    letters = called(house, f"{lines}\n\nHun ringte, skriveren står.")
    assert sorted((letter.kind, letter.to) for letter in letters) == [
        ("ack", "ann@kunde.example"),
        ("notice", "kari@staff.example"),
        ("receipt", "ola@staff.example"),
    ]
    assert (house.case("1001")["desk"], customer(house)) == ("support", "ann@kunde.example")
    house.database.close()


def test_what_wants_a_role_at_that_desk_is_refused_there_too(tmp_path: Path):
    people = STAFF.replace("desks: [support, podpora, help]", "role: lead, desks: [support, podpora, help]")
    house = House(tmp_path, people=people)
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    house.mail(OLA, "Skriver", "/for ann@kunde.example\n/slå sammen #1001")
    (error,) = house.letters()
    assert error.kind == "error"
    house.database.close()


# --- a wrong line -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("/prioritet lilla", "/prioritet høy"),
        ("/priority purple", "/priority high"),
        ("/prioritet fiolett", "/prioritet høg"),
        ("/prioriteta vijolična", "/prioriteta visoka"),
    ],
)
def test_a_call_with_a_wrong_line_waits_for_the_right_one(house: House, wrong: str, right: str):
    error = error_of(house, f"/for ann@kunde.example\n{wrong}\n\nHun ringte, skriveren står.")
    assert "| Hun ringte, skriveren står." in error.text
    house.reply(error, right)
    case = house.case("1001")
    assert (case["subject"], case["priority"], customer(house)) == ("Skriver i 2. etasje", "high", "ann@kunde.example")
    assert "Hun ringte, skriveren står." in case["messages"][0]["own_text"]
    house.wait(minutes=2)
    assert "ann@kunde.example" in {letter.to for letter in house.letters()}


def test_so_does_a_mail_that_was_passed_on_with_all_that_it_was(house: House):
    house.mail(ANN, "Nettet", "Det er nede.")
    house.letters()
    house.mail(OLA, "VS: Skriver virker ikke", f"/prioritet lilla\n{FORWARD}")
    (error,) = house.letters()
    assert error.kind == "error"
    house.reply(error, "/prioritet høy")
    case = house.case("1002")
    assert (case["subject"], case["priority"]) == ("Skriver virker ikke", "high")
    assert customer(house, "1002") == "ann@kunde.example", "the Ann that we know"
    first, second = [mail for mail in case["messages"] if mail["direction"] == "in"]
    assert (first["own_text"], first["internal"]) == ("Den skriver bare blanke sider.", False)
    assert "Kan noen ta denne?" in second["own_text"]


def test_a_correction_that_is_wrong_again_is_told_again(house: House):
    error = error_of(house, "/for ann@kunde.example\n/prioritet lilla\n\nHun ringte.")
    house.reply(error, "/prioritet rosa")
    (again,) = house.letters()
    assert (again.kind, "| Hun ringte." in again.text) == ("error", True)
    house.reply(again, "/prioritet høy")
    assert house.case("1001")["priority"] == "high"


def test_whose_it_is_may_be_what_was_wrong(house: House):
    error = error_of(house, "/for ann\n\nHun ringte.")
    house.reply(error, "/for ann@kunde.example")
    assert customer(house) == "ann@kunde.example"


@pytest.mark.parametrize("word", ["/drop", "/forkast", "/zavrzi"])
def test_what_is_dropped_opens_nothing(house: House, word: str):
    error = error_of(house, "/for ann@kunde.example\n/prioritet lilla\n\nHun ringte.")
    house.reply(error, word)
    assert [letter.kind for letter in house.letters()] == ["receipt"]
    house.reply(error, "/prioritet høy")
    house.letters()
    assert house.session.one("SELECT count(*) FROM cases") == (0,)


def test_a_file_of_the_first_mail_comes_along(house: House):
    made = mail(OLA, "Skriver", "/for ann@kunde.example\n/prioritet lilla\n\nHun sendte bilde.")
    made.add_attachment(b"%PDF-1", maintype="application", subtype="pdf", filename="feil.pdf")
    house.arrives(authenticated(made), "support@desk.example", "ola@staff.example")
    (error,) = house.letters()
    house.reply(error, "/prioritet høy")
    assert [file["name"] for file in house.case("1001")["messages"][0]["attachments"]] == ["feil.pdf"]


@pytest.mark.parametrize("word", ["/send", "/pošlji"])
def test_there_is_nobody_to_send_it_to(house: House, word: str):
    error = error_of(house, "/for ann@kunde.example\n/prioritet lilla\n\nHun ringte.")
    assert "/send" not in error.text
    house.reply(error, word)
    (answer,) = house.letters()
    assert (answer.kind, "det er ingen å sende den til ennå" in answer.text) == ("error", True)
