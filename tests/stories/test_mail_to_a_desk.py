"""A handler's mail to a desk that is nothing but commands: lines with case numbers, or what needs no case."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"
KARI = "Kari Nordmann <kari@staff.example>"


def cases(house: House, count: int) -> None:
    """So many cases, 1001 and on."""
    for n in range(count):
        house.mail(f"Kunde {n} <k{n}@kunde.example>", f"Sak nummer {n}", "Den står.")
    house.letters()


def sends(house: House, text: str, subject: str = "Oppdrag", **more: bool) -> dict[str, Got]:
    """The handler writes to the desk; the letters that follow, by kind."""
    house.mail(KARI, subject, text, **more)  # type: ignore[arg-type]
    return {letter.kind: letter for letter in house.letters()}


@pytest.mark.parametrize(
    "lines",
    [
        "1001 close\n#1002 assign ola",
        "1001 lukk\n#1002 tildel ola",
        "#1001: /lukk\n1002 /tildel Ola Hansen",
        "1001 zapri\n\n1002 dodeli ola\n\nMvh\nKari Nordmann",
        "- 1001 close\n- 1002 assign ola",
    ],
)
def test_lines_with_numbers_are_done_and_answered_by_one_receipt(house: House, lines: str):
    cases(house, 2)
    got = sends(house, lines)
    assert house.case("1001")["status"] == "solved"
    assert house.case("1002")["handler"] == "ola@staff.example"
    receipt = got["receipt"]
    assert receipt.to == "kari@staff.example"
    assert receipt.subject == "Oppdrag"
    assert "Gjort:" in receipt.text
    assert receipt.text.count("✓") == 2
    assert [letter.kind for letter in [*got.values()] if letter.kind in ("ack", "error")] == []
    house.wait(seconds=61)
    assert [letter.to for letter in house.letters()] == ["k0@kunde.example"], "the closing letter, as always"


def test_one_wrong_line_and_nothing_is_done(house: House):
    cases(house, 2)
    got = sends(house, "1001 close\n1002 asign ola\n#1777 close")
    error = got["error"]
    assert "✗ 1002 asign ola" in error.text
    assert "✗ #1777 close: det finnes ingen annen sak #1777" in error.text
    assert "✓ 1001 close" in error.text
    assert house.case("1001")["status"] == "new"
    house.reply(error, "1002 assign ola\n1002 priority low")
    assert house.case("1001")["status"] == "solved"
    assert (house.case("1002")["handler"], house.case("1002")["priority"]) == ("ola@staff.example", "low")


def test_more_than_five_lines_are_done_when_he_says_it_again(house: House):
    cases(house, 6)
    lines = "\n".join(f"{n} close quiet" for n in range(1001, 1007))
    confirm = sends(house, lines)["confirm"]
    assert "Du ber om mye på en gang." in confirm.text
    assert house.case("1006")["status"] == "new"
    house.reply(confirm, "/send")
    (receipt,) = house.letters("receipt")
    assert receipt.text.count("✓") == 6
    assert {house.case(str(n))["status"] for n in range(1001, 1007)} == {"solved"}
    house.wait(seconds=1)
    house.reply(confirm, "/send")
    (again,) = house.letters()
    assert "den e-posten er allerede utført" in again.text


def test_many_lines_can_be_dropped(house: House):
    cases(house, 6)
    confirm = sends(house, "\n".join(f"{n} close quiet" for n in range(1001, 1007)))["confirm"]
    house.reply(confirm, "forkast")
    (receipt,) = house.letters()
    assert "er forkastet" in receipt.text
    assert house.case("1001")["status"] == "new"


@pytest.mark.parametrize("text", ["help", "/hjelp", "Hjelp.", "pomoč"])
def test_what_needs_no_case_is_answered(house: House, text: str):
    (receipt,) = sends(house, text).values()
    assert receipt.kind == "receipt"
    assert "kommandoer:" in receipt.text


@pytest.mark.parametrize(
    "text",
    [
        "1001 close\nOg så må vi snakke om skriveren i resepsjonen.",
        "3 take aways from the meeting this morning",
        "Hjelp! Skriveren min brenner.",
        "1001 er det noen som har sett på den?",
        "Kan noen lukke 1001?",
    ],
)
def test_a_mail_with_other_words_is_an_ordinary_mail(house: House, text: str):
    cases(house, 1)
    sends(house, text, "Skriveren min")
    assert house.case("1002")["status"] == "new"
    assert house.case("1001")["status"] == "new"


def test_a_command_without_a_case_asks_which(house: House):
    cases(house, 1)
    (error,) = sends(house, "/lukk").values()
    assert "hvilken sak? Skriv saksnummeret foran, for eksempel 1042 lukk" in error.text


def test_as_a_customer_it_is_text(house: House):
    cases(house, 1)
    house.mail(ANN, "Oppdrag", "1001 close")
    assert house.case("1001")["status"] == "new"
    assert house.case("1002")["status"] == "new"


def test_a_list_sent_a_second_time_does_nothing(house: House):
    cases(house, 1)
    house.mail(KARI, "Oppdrag", "1001 close", Message_ID="<list@staff.example>")
    house.letters()
    house.mail(ANN, "Skriver", "Ny sak")
    house.letters()
    house.mail(KARI, "Oppdrag", "1001 close", Message_ID="<list@staff.example>", Comments="again")
    assert house.letters() == []


def test_each_case_is_told_only_of_its_own_lines(house: House):
    cases(house, 2)
    sends(house, "1001 close quiet\n1002 assign ola")
    texts = [m["text"] for m in house.case("1002")["messages"]]
    assert "1002 assign ola" in texts
    assert all("1001" not in text for text in texts)


def test_files_of_such_a_mail_go_to_nobody(house: House):
    cases(house, 1)
    house.mail(KARI, "Oppdrag", "1001 close")
    house.wait(seconds=61)
    assert all(not list(letter.mail.iter_attachments()) for letter in house.letters())
    assert "replied" not in house.kinds("1001")


def test_prose_in_reply_to_the_receipt_is_an_error_and_no_alarm(house: House):
    cases(house, 1)
    receipt = sends(house, "1001 close quiet")["receipt"]
    house.reply(receipt, "Hva betyr dette egentlig? Jeg forstår ikke.", References="<x@y.example>")
    assert [letter.kind for letter in house.letters()] == ["error"]
    assert house.session.one("SELECT count(*) FROM cases") == (1,)


def test_solving_one_wakes_what_waited_for_it(house: House):
    cases(house, 2)
    sends(house, "1002 wait #1001")
    assert house.case("1002")["status"] == "on_hold"
    sends(house, "1001 close quiet")
    assert house.case("1002")["status"] == "open"


def test_a_note_by_number_stays_inside(house: House):
    cases(house, 1)
    sends(house, "1001 notat ring henne før ni")
    assert "noted" in house.kinds("1001")
    assert "replied" not in house.kinds("1001")
