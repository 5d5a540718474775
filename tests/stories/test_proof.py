"""Whether a mail in a handler's name may act: once, of this week, by who still works here."""

from __future__ import annotations

from dataclasses import replace
from email.utils import format_datetime

import pytest
from parts.house import Got, House
from parts.mails import AUTHSERV
from signing import Signer

from maild.mail import token
from maild.model.people import Handler

ANN, KARI = "Ann Berg <ann@kunde.example>", "Kari Nordmann <kari@staff.example>"
PROOF = f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from=staff.example\r\n".encode()


def begun(house: House, subject: str = "Skriver") -> Got:
    house.mail(ANN, subject, "Den står.")
    return house.letters("notice")[0]


def written(house: House, to: str, text: str, serial: str, **more: str) -> bytes:
    date = more.get("date", format_datetime(house.now))
    head = (
        f"From: {KARI}\r\nTo: {to}\r\nSubject: Re: Skriver\r\nDate: {date}\r\nMessage-ID: <{serial}@staff.example>\r\n"
    )
    return f"{head}\r\n{text}\r\n".encode()


def lacks(house: House) -> str:
    """What the record says of the last mail that came in."""
    received = [e["data"]["evidence"] for e in house.case("1001")["events"] if e["kind"] == "received"]
    return str(received[-1]).rpartition("; ")[2]


def retire(house: House, key: str) -> None:
    handlers: dict[str, Handler] = dict(house.policy.handlers)
    handlers[key] = replace(handlers[key], retired=True)
    house.policy = replace(house.policy, handlers=handlers)


# --- once -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("padding", [b"", b"===="])
def test_a_signature_that_was_seen_acts_no_more_under_another_id_at_another_case(house: House, padding: bytes):
    kari = begun(house)
    begun(house, "Skjerm")
    other = begun(house, "Tastatur")
    assert other.to == kari.to
    over = ("from", "to", "subject", "date")
    made = Signer("staff.example").sign(written(house, kari.reply_to, "/priority critical", "1"), over)
    house.arrives(PROOF + made, kari.reply_to, "kari@staff.example")
    assert house.case("1001")["priority"] == "critical"
    house.reply(kari, "/priority low")
    again = made.replace(b"<1@staff", b"<2@staff").replace(b"\r\nFrom:", padding + b"\r\nFrom:")
    for to in (kari.reply_to, other.reply_to):
        house.arrives(PROOF + again, to, "eve@evil.example")
        again = again.replace(b"<2@staff", b"<3@staff")
    assert (house.case("1001")["priority"], house.case("1003")["priority"]) == ("low", "medium")
    assert lacks(house) == "played again"


def test_the_same_words_to_the_same_address_at_the_same_second_act_once(house: House):
    kari = begun(house)
    made = written(house, kari.reply_to, "/priority critical", "1")
    house.arrives(PROOF + made, kari.reply_to, "kari@staff.example")
    house.reply(kari, "/priority low")
    house.arrives(PROOF + made.replace(b"<1@staff", b"<2@staff"), kari.reply_to, "eve@evil.example")
    assert (house.case("1001")["priority"], lacks(house)) == ("low", "played again")


def test_whoever_says_the_same_again_is_obeyed_again(house: House):
    kari = begun(house)
    for words, priority in (("/priority high", "high"), ("/priority low", "low"), ("/priority high", "high")):
        house.wait(minutes=1)
        house.reply(kari, words)
        assert house.case("1001")["priority"] == priority


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ("1001 time 25m", "liste"),
        ("1001 tid 25m", "Re: liste"),
        ("1001 čas 25m", "seznam"),
        ("/for 91234567 Bo\n/tid 25m\nSkjermen er svart.", "Ringte"),
    ],
)
def test_a_mail_of_no_case_without_a_signature_acts_once_under_whatever_id(house: House, words: str, subject: str):
    begun(house)
    date = format_datetime(house.now)
    for serial in range(3):
        house.mail(KARI, subject, words, Date=date, Message_ID=f"<x{serial}@staff.example>")
    worked = "SELECT count(*) FROM event WHERE kind='worked'"
    assert house.session.one(worked) == (1,)
    assert house.session.one("SELECT count(*) FROM cases") == (2 if words.startswith("/for") else 1,)
    house.wait(minutes=1)
    house.mail(KARI, subject, words)
    assert house.session.one(worked) == (2,), "said again, it is done again"


def test_two_mails_that_are_passed_on_in_one_second_are_two(house: House):
    date = format_datetime(house.now)
    for name in ("ann", "bo"):
        head = f"Fra: {name} <{name}@kunde.example>\nDato: man. 2. mars 2026\nEmne: Hei\nTil: kari@staff.example"
        passed = f"---------- Videresendt melding ---------\n{head}\n\nDen står."
        house.mail(KARI, "VS: Hei", passed, Date=date)
    assert house.session.one("SELECT count(DISTINCT customer) FROM cases") == (2,)


def test_a_note_without_proof_is_left_once_and_stands_in_nobodys_way(house: House):
    kari = begun(house)
    date = format_datetime(house.now)
    for proven in (False, False, False, True, True):
        house.reply(kari, "/notat\nHun lyver.", proven=proven, Date=date)
    assert house.kinds("1001").count("noted") == 2, "the proven one is hers"


def test_what_nobody_proved_is_asked_about_once(house: House):
    begun(house)
    date = format_datetime(house.now)
    for serial in range(3):
        house.mail(KARI, "liste", "1001 tid 25m", proven=False, Date=date, Message_ID=f"<x{serial}@staff.example>")
    house.wait(minutes=61)
    (letter,) = house.letters("unverified")
    house.reply(letter, "/send", proven=False)
    assert house.kinds("1001").count("worked") == 1


# --- by the clock ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("date", ["Mon, 23 Feb 2026 08:00:00 +0000", "yesterday"])
def test_a_clock_that_is_wrong_stops_nobody_whom_the_mail_server_vouches_for(house: House, date: str):
    kari = begun(house)
    house.arrives(
        PROOF + written(house, kari.reply_to, "/priority critical", "1", date=date), kari.reply_to, "kari@staff.example"
    )
    assert house.case("1001")["priority"] == "critical"


# --- by who works here ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", "rtncwyxuz")
def test_an_address_of_a_handler_who_left_does_nothing_whatever_its_purpose(house: House, purpose: str):
    kari = begun(house)
    found = token.verify(kari.reply_to.partition("+")[2].partition("@")[0], house.keys)
    assert found is not None
    retire(house, "kari")
    before = house.kinds("1001")
    address = f"support+{token.sign(purpose, found.letter, house.keys)}@desk.example"
    house.reply(kari, "/close\n\nHa det, Ann.", to=address)
    assert house.kinds("1001")[len(before) :] == ["received", "told"]
    house.wait(minutes=10)
    (told,) = house.letters()
    assert (told.kind, told.to) == ("notice", "ola@staff.example"), "the team hears of it, she does not"


# --- a note ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["/notat Hun er på ferie.", "!notat Ho er på ferie.", "/opomba Je na dopustu.", "/note Away."]
)
def test_a_note_wants_her_own_address_only(house: House, words: str):
    kari = begun(house)
    house.reply(kari, words, proven=False)
    assert "noted" in house.kinds("1001")
    house.reply(kari, f"{words}\n/lukk", proven=False)
    assert house.case("1001")["status"] == "new"
    assert lacks(house) == "From is not proven"
    house.wait(minutes=5)
    assert not [letter for letter in house.letters() if letter.to == "ann@kunde.example"]


@pytest.mark.parametrize("words", ["Hun er på ferie.", "/lukk"])
def test_the_note_address_without_proof_leaves_notes_and_no_more(house: House, words: str):
    kari = begun(house)
    note = next(row for row in kari.text.splitlines() if "+n" in row).partition("mailto:")[2].partition("?")[0]
    house.reply(kari, words, to=note, proven=False)
    assert ("noted" in house.kinds("1001")) is not words.startswith("/")
    assert house.case("1001")["status"] == "new"
