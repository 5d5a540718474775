"""Who else gets what the customer is written: from now on, each a letter of his own."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Moe <bo@annen.example>"


def begun(house: House) -> tuple[Got, Got]:
    """A case; what the customer got, and the handler."""
    house.mail(ANN, "Skriver", "Den står. Passordet er 1234.")
    ack, notice = house.letters()
    return ack, notice


def answers(house: House, letter: Got, words: str) -> list[Got]:
    """What goes out of an answer, when the time for undo is over."""
    house.letters()
    house.reply(letter, words)
    house.wait(seconds=61)
    return [got for got in house.letters() if got.kind in ("update", "closing")]


@pytest.mark.parametrize("verb", ["/cc", "/kopi", "/kp", "/kopi til", "/v vednost"])
def test_a_watcher_gets_a_letter_of_his_own_and_nothing_of_what_was_said(house: House, verb: str):
    _, notice = begun(house)
    house.reply(notice, f"{verb} Bo Moe <bo@annen.example>")
    assert house.case("1001")["watchers"] == ["bo@annen.example"]
    letters = answers(house, notice, "Vi kommer i morgen.")
    assert sorted(letter.to for letter in letters) == ["ann@kunde.example", "bo@annen.example"]
    to_bo = next(letter for letter in letters if letter.to == "bo@annen.example")
    assert "Vi kommer i morgen." in to_bo.text
    assert "1234" not in to_bo.raw.decode()
    assert "Også sendt til: Ann Berg" in to_bo.text
    assert "fordi du får kopi" in to_bo.text
    to_ann = next(letter for letter in letters if letter.to == "ann@kunde.example")
    assert "Også sendt til: Bo Moe" in to_ann.text
    assert "bo@annen.example" not in str(to_ann.mail["To"]) + str(to_ann.mail["Cc"])
    assert to_ann.reply_to != to_bo.reply_to


def test_the_words_below_the_command_go_to_him_as_well(house: House):
    _, notice = begun(house)
    letters = answers(house, notice, "/kopi bo@annen.example\nHei, her er planen.")
    assert {letter.to for letter in letters} == {"ann@kunde.example", "bo@annen.example"}


def test_his_reply_joins_and_he_takes_part(house: House):
    _, notice = begun(house)
    house.reply(notice, "/kopi bo@annen.example")
    to_bo = next(x for x in answers(house, notice, "Vi kommer i morgen.") if x.to == "bo@annen.example")
    house.reply(to_bo, "Fint, jeg er der.", BO)
    received = [e["data"] for e in house.case("1001")["events"] if e["kind"] == "received"]
    assert received[-1]["standing"] == "participant"
    assert "included" in house.kinds("1001")
    house.wait(seconds=61)
    assert "ukjent" not in house.letters("update")[0].text


def test_closing_is_told_to_all_and_a_quiet_one_to_nobody(house: House):
    _, notice = begun(house)
    house.reply(notice, "/kopi bo@annen.example")
    assert len(answers(house, notice, "/lukk")) == 2
    house.reply(notice, "/gjenåpne")
    assert answers(house, notice, "/lukk stille") == []


@pytest.mark.parametrize("verb", ["/uncc", "/fjern kopi", "/brez kp", "/odstrani kp"])
def test_who_is_taken_out_gets_no_more(house: House, verb: str):
    _, notice = begun(house)
    house.reply(notice, "/kopi bo@annen.example")
    house.reply(notice, f"{verb} bo@annen.example")
    assert house.case("1001")["watchers"] == []
    assert [letter.to for letter in answers(house, notice, "Vi kommer.")] == ["ann@kunde.example"]


@pytest.mark.parametrize("verb", ["/uncc", "/fjern kopi", "/brez kp"])
def test_a_copy_that_waits_does_not_leave_either(house: House, verb: str):
    _, notice = begun(house)
    house.reply(notice, "/kopi bo@annen.example\nPassordet er 5678.")
    house.letters()
    house.reply(notice, f"{verb} bo@annen.example")
    (receipt,) = house.letters()
    assert "e-posten til bo@annen.example var ikke sendt, og blir det ikke" in receipt.text
    house.wait(seconds=61)
    assert [letter.to for letter in house.letters()] == ["ann@kunde.example"]
    taken = [e["data"] for e in house.case("1001")["events"] if e["kind"] == "taken_back"]
    assert [data["what"] for data in taken] == ["update"]


def test_nothing_is_said_of_a_copy_that_has_left(house: House):
    _, notice = begun(house)
    assert len(answers(house, notice, "/kopi bo@annen.example\nHei.")) == 2
    house.reply(notice, "/fjern kopi bo@annen.example")
    assert "var ikke sendt" not in house.letters("receipt")[0].text


def test_undo_makes_him_a_watcher_again_and_the_copy_leaves_after_all(house: House):
    _, notice = begun(house)
    house.reply(notice, "/kopi bo@annen.example\nHei.")
    house.letters()
    house.reply(notice, "/fjern kopi bo@annen.example")
    (receipt,) = house.letters()
    house.reply(receipt, "/angre")
    assert house.case("1001")["watchers"] == ["bo@annen.example"]
    assert "person:" not in house.letters("receipt")[0].text
    house.wait(seconds=61)
    assert "bo@annen.example" in [letter.to for letter in house.letters()]


def test_a_watcher_who_wrote_is_taken_out_whole(house: House):
    _, notice = begun(house)
    house.reply(notice, "/kopi bo@annen.example")
    to_bo = next(x for x in answers(house, notice, "Hei.") if x.to == "bo@annen.example")
    house.reply(to_bo, "Hei.", BO)
    house.wait(seconds=61)
    house.reply(notice, "/fjern kopi bo@annen.example")
    assert [letter.to for letter in answers(house, notice, "Vi kommer.")] == ["ann@kunde.example"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/kopi", "skriv én adresse"),
        ("/kopi Bo", "skriv én adresse"),
        ("/kopi bo@a.example li@b.example", "skriv én adresse"),
        ("/kopi support@desk.example", "support@desk.example er vår egen adresse"),
        ("/kopi support+r1aa@desk.example", "er vår egen adresse"),
        ("/kopi ola@staff.example", "ola@staff.example er en saksbehandler"),
        ("/fjern kopi bo@annen.example", "ingen med den adressen får kopi"),
    ],
)
def test_copies_to_nobody_or_to_ourselves_are_refused(house: House, words: str, said: str):
    house.reply(begun(house)[1], words)
    (error,) = house.letters()
    assert error.kind == "error"
    assert said.lower() in error.text.lower()


def test_one_who_gets_them_already_is_said_to(house: House):
    _, notice = begun(house)
    house.reply(notice, "/kopi ann@kunde.example")
    assert "ann@kunde.example får allerede e-postene i saken" in house.letters()[0].text


def test_an_address_that_a_mail_program_made_a_link_of_is_one(house: House):
    _, notice = begun(house)
    house.reply(notice, "/kopi bo@annen.example<mailto:bo@annen.example>")
    assert house.case("1001")["watchers"] == ["bo@annen.example"]
    house.letters()
    to_ann = next(x for x in answers(house, notice, "Hei.") if x.to == "ann@kunde.example")
    assert "Også sendt til: bo@annen.example" in to_ann.text


def test_a_line_that_is_wrong_makes_nobody_a_watcher(house: House):
    _, notice = begun(house)
    house.reply(notice, "/kopi bo@annen.example\n/tildel per")
    assert house.case("1001")["watchers"] == []
    assert house.session.one("SELECT 1 FROM address WHERE address='bo@annen.example'") is None


def test_the_handler_reads_who_gets_copies(house: House):
    ack, notice = begun(house)
    house.reply(notice, "/kopi bo@annen.example")
    house.letters()
    house.reply(ack, "Hallo?", ANN)
    house.wait(seconds=61)
    assert "Kopi: bo@annen.example" in house.letters("update")[0].text


def test_an_address_that_does_not_work_is_muted_and_the_customer_is_not(house: House):
    _, notice = begun(house)
    house.reply(notice, "/kopi bo@annen.example")
    house.session.execute(
        "UPDATE person SET muted=1 WHERE id=(SELECT person FROM address WHERE address='bo@annen.example')"
    )
    assert [letter.to for letter in answers(house, notice, "/lukk")] == ["ann@kunde.example"]


def test_no_customer_makes_a_watcher(house: House):
    ack, _ = begun(house)
    house.reply(ack, "/kopi bo@annen.example", ANN)
    assert house.case("1001")["watchers"] == []
