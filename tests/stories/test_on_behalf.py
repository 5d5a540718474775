"""A handler opens a case for somebody else: by passing a mail on, or by /for after a telephone call."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from parts.house import Got, House
from parts.mails import authenticated, mail, wire

OLA, KARI, ANN = "Ola Hansen <ola@staff.example>", "Kari Nordmann <kari@staff.example>", "Ann Berg <ann@kunde.example>"
FORWARDS = sorted((Path(__file__).parents[1] / "corpus" / "forwards").glob("*.eml"))
FORWARD = """Kan noen ta denne? Ring eventuelt per@annen.example.

Fra: Ann Berg <ann@kunde.example>
Sendt: mandag 2. mars 2026 10:14
Til: Ola Hansen <ola@staff.example>
Emne: Skriver virker ikke

Den skriver bare blanke sider.
"""


def passed_on(house: House, text: str = FORWARD, subject: str = "VS: Skriver virker ikke", **more: object) -> list[Got]:
    """What Ola passes on to the desk; the letters at once."""
    house.mail(OLA, subject, text, **more)  # type: ignore[arg-type]
    return house.letters()


def receipt_of(letters: list[Got]) -> Got:
    (receipt,) = [letter for letter in letters if letter.kind in ("receipt", "error")]
    return receipt


def came(house: House) -> list[dict[str, Any]]:
    """The mails of the case that are not ours."""
    return [m for m in house.case("1001")["messages"] if m["direction"] == "in"]


def customer(house: House, number: str = "1001") -> str:
    row = house.session.one("SELECT customer FROM cases WHERE number=?", (number,))
    assert row is not None
    found = house.session.all("SELECT address FROM address WHERE 'person:'||person=?", (row[0],))
    return ", ".join(sorted(address for (address,) in found))


@pytest.mark.parametrize("file", FORWARDS, ids=lambda file: file.stem)
def test_the_case_is_the_original_senders_whatever_the_client(house: House, file: Path):
    made = message_from_bytes(file.read_bytes(), policy=default)
    house.arrives(authenticated(made), "support@desk.example", "ola@staff.example")  # type: ignore[arg-type]
    assert customer(house) == "kari@kunde.example"
    receipt = receipt_of(house.letters())
    assert receipt.to == "ola@staff.example"
    assert "saken gjelder Kari Nordmann <kari@kunde.example>, som får beskjed om et minutt" in receipt.text


def test_his_own_words_are_a_note_and_the_others_are_the_case(house: House):
    letters = passed_on(house)
    case = house.case("1001")
    assert case["subject"] == "Skriver virker ikke"
    first, second = came(house)
    assert (first["own_text"], first["internal"]) == ("Den skriver bare blanke sider.", False)
    assert (second["own_text"][:22], second["internal"]) == ("Kan noen ta denne? Rin", True)
    (notice,) = [letter for letter in letters if letter.kind == "notice"]
    assert notice.to == "kari@staff.example"
    assert "Den skriver bare blanke sider." in notice.text
    assert "Kan noen ta denne?" in notice.text


def test_the_customer_hears_nothing_before_the_receipts_minute_and_then_no_word_that_may_be_forged(house: House):
    letters = passed_on(house)
    assert "ann@kunde.example" not in {letter.to for letter in letters}
    house.wait(seconds=59)
    assert house.letters() == []
    house.wait(seconds=2)
    (ack,) = house.letters()
    assert (ack.kind, ack.to) == ("ack", "ann@kunde.example")
    assert "Skriver" not in ack.text + ack.subject
    assert "Skriv gjerne til support@desk.example neste gang" in ack.text
    house.reply(ack, "Den piper også.", ANN)
    assert came(house)[-1]["own_text"] == "Den piper også."


def test_the_receipt_is_answered_with_the_right_one(house: House):
    receipt = receipt_of(passed_on(house))
    house.wait(seconds=20)
    house.reply(receipt, "/for Bo Li <bo@kunde.example>")
    assert customer(house) == "bo@kunde.example"
    assert "saken gjelder Bo Li <bo@kunde.example>" in receipt_of(house.letters()).text
    house.wait(seconds=61)
    assert [letter.to for letter in house.letters()] == ["bo@kunde.example"], "the first one is told nothing"


@pytest.mark.parametrize("words", ["/for bo@kunde.example", "/za bo@kunde.example Bo", "/For: bo@kunde.example"])
def test_for_at_the_top_decides_over_what_is_passed_on(house: House, words: str):
    receipt = receipt_of(passed_on(house, f"{words}\n\n{FORWARD}"))
    assert customer(house) == "bo@kunde.example"
    assert "bo@kunde.example" in receipt.text
    assert came(house)[0]["own_text"] == "Den skriver bare blanke sider."


def test_a_mail_that_is_attached_whole_wins_and_what_answers_it_joins(house: House):
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = ANN, "ola@staff.example", "Skriver"
    inner["Message-ID"] = "<ann.direct@kunde.example>"
    inner.set_content("Den står.")
    outer = mail(OLA, "VS: Skriver", FORWARD.replace("ann@kunde", "per@annen"), Date=format_datetime(house.now))
    outer.add_attachment(inner)
    house.arrives(authenticated(outer), "support@desk.example", "ola@staff.example")
    assert customer(house) == "ann@kunde.example"
    house.letters()
    house.mail(ANN, "Re: Skriver", "Og den piper.", In_Reply_To="<ann.direct@kunde.example>")
    assert house.session.one("SELECT count(*) FROM cases") == (1,)
    assert came(house)[-1]["own_text"] == "Og den piper."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FORWARD.replace(" <ann@kunde.example>", ""), "jeg ser ikke hvem e-posten er fra"),
        ("Ring ann@kunde.example, hun venter.", "jeg ser ikke hvem e-posten er fra"),
        (FORWARD.replace("ann@kunde.example", "support@desk.example"), "jeg ser ikke hvem e-posten er fra"),
    ],
)
def test_a_sender_who_cannot_be_seen_is_asked_for_and_nobody_is_guessed(house: House, text: str, said: str):
    receipt = receipt_of(passed_on(house, text))
    assert said in receipt.text
    house.wait(seconds=61)
    assert house.letters() == []
    house.reply(receipt, "/for ann@kunde.example")
    assert customer(house) == "ann@kunde.example"


def test_a_call_is_a_case_of_somebody_without_an_address(house: House):
    house.mail(OLA, "Skriver i 2. etasje", "/for +47 912 34 567 Kari Moe\n/prioritet høy\n\nHun ringte, den står.")
    receipt = receipt_of(house.letters())
    assert "saken gjelder Kari Moe <+4791234567>; dit kan det ikke sendes e-post" in receipt.text
    assert customer(house) == "+4791234567"
    case = house.case("1001")
    assert (case["subject"], case["priority"]) == ("Skriver i 2. etasje", "high")
    assert [m["internal"] for m in came(house)] == [True]
    house.reply(receipt, "/lukk")
    house.wait(seconds=61)
    staff = {"ola@staff.example", "kari@staff.example"}
    assert {letter.to for letter in house.letters()} == staff, "no letter goes to a telephone"


def test_the_callers_address_comes_later_and_the_person_stays(house: House):
    house.mail(OLA, "Skriver", "/for +47 912 34 567 Kari Moe\n\nHun ringte.")
    receipt = receipt_of(house.letters())
    house.reply(receipt, "/for kari.moe@kunde.example")
    assert customer(house) == "+4791234567, kari.moe@kunde.example"
    house.letters()
    house.wait(seconds=61)
    assert [letter.to for letter in house.letters()] == ["kari.moe@kunde.example"]
    house.mail(OLA, "Skriver igjen", "/for 0047 91234567\n\nHun ringte igjen.")
    assert customer(house, "1002") == "+4791234567, kari.moe@kunde.example"


CALLS = [
    ("help", "We have registered your enquiry", "We have registered an enquiry from you", "registered a case for you"),
    ("support", "Vi har registrert henvendelsen din", "Vi har registrert en henvendelse fra deg", "en sak for deg"),
    ("drift", "Vi har registrert førespurnaden din", "Vi har registrert ein førespurnad frå deg", "ei sak for deg"),
    ("podpora", "Vpisali smo vaš zahtevek", "vaš zahtevek smo vpisali pod številko", "smo za vas vpisali zahtevek"),
]


@pytest.mark.parametrize(("desk", "subject", "said", "why"), CALLS)
def test_a_call_of_somebody_with_an_address_is_acknowledged_in_words_for_a_call_and_none_of_the_handlers(
    house: House, desk: str, subject: str, said: str, why: str
):
    house.mail(OLA, "Ann er full igjen", "/for ann@kunde.example Ann Sær\n\nHun ringte.", f"{desk}@desk.example")
    house.letters()
    house.wait(seconds=61)
    (ack,) = house.letters("ack")
    assert (ack.to, ack.subject.startswith(subject)) == ("ann@kunde.example", True)
    assert (said in ack.text, why in ack.text, "neste gang" in ack.text) == (True, True, False)
    whole = ack.raw.decode() + ack.text + ack.subject
    assert not [word for word in ("full", "ringte", "Sær") if word in whole]


def test_no_later_letter_tells_the_handlers_subject_either(house: House):
    house.mail(OLA, "Ann er full igjen", "/for ann@kunde.example Ann Berg\n/notat\nLuktet av henne.")
    (done,) = house.letters("receipt")
    house.reply(done, "/frist fre 12:00\nHei Ann, vi ser på det.")
    house.wait(seconds=61)
    to_ann = [letter for letter in house.letters() if letter.to == "ann@kunde.example"]
    house.mail(ANN, "status", "")
    to_ann += house.letters("status")
    assert {letter.kind for letter in to_ann} == {"ack", "update", "status"}
    assert not [letter for letter in to_ann if "full" in letter.subject + letter.text]
    assert house.case("1001")["subject"] == "Ann er full igjen", "his colleagues read it"


@pytest.mark.parametrize("who", ["bo@kunde.example Bo Li", "per@kunde.example Per Moe", "ole@kunde.example Ole To"])
@pytest.mark.parametrize("words", ["Skjermen er svart.", "Ny PC.", "He cannot log in to the payroll, and is angry."])
def test_a_call_is_answered_in_the_desks_language_whatever_the_handler_wrote_of_it(house: House, who: str, words: str):
    house.mail(OLA, "Ringte", f"/for {who}\n{words}")
    house.wait(seconds=61)
    assert "Vi har registrert en henvendelse fra deg" in house.letters("ack")[0].text


def test_who_wrote_to_us_before_is_answered_in_his_own(house: House):
    house.mail(
        "Bo Li <bo@kunde.example>", "Printer", "Hello, I cannot print anything, could you help me with it please?"
    )
    house.letters()
    house.mail(OLA, "Ringte", "/for bo@kunde.example\nSkjermen er svart.")
    house.wait(seconds=61)
    assert "We have registered an enquiry from you" in house.letters("ack")[0].text


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("Bo Li <bo@kunde.example>", "Skjermen er svart\n\nBo Li"),
        ("bo@kunde.example", "Skjermen er svart\n\nBo"),
        ("Mia Se <mia@kunde.example>", "Skriver tom.\n\nMia Se"),
        ("Ole To <ole@kunde.example>", "Skjermen er svart\n\nOle To"),
    ],
)
def test_a_name_below_a_short_mail_is_no_language(house: House, sender: str, text: str):
    house.mail(sender, "Skriver", text)
    assert "Vi har fått henvendelsen din" in house.letters("ack")[0].text


def test_a_line_that_is_wrong_opens_nothing_and_gives_him_his_words_back(house: House):
    house.mail(OLA, "Skriver", "/for ann@kunde.example\n/vent 31.4.\n\nHun ringte.")
    (error,) = house.letters()
    assert error.kind == "error"
    assert "den siste i måneden er 30.4." in error.text
    assert "Hun ringte." in error.text
    assert house.session.one("SELECT count(*) FROM cases") == (0,)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/for", "for hvem?"),
        ("/for Kari", "verken e-postadresse eller telefonnummer i «Kari»"),
        ("/for 12", "verken e-postadresse eller telefonnummer i «12»"),
        ("/for a@b.example c@d.example", "verken e-postadresse eller telefonnummer"),
        ("/for support@desk.example", "support@desk.example er en av våre egne adresser"),
    ],
)
def test_whom_nobody_can_be_is_said_with_the_cure(house: House, words: str, said: str):
    house.mail(OLA, "Skriver", f"{words}\n\nHun ringte.")
    (error,) = house.letters()
    assert (error.kind, said in error.text) == ("error", True)


def test_for_in_a_case_is_undone(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    house.reply(notice, "/for bo@kunde.example")
    receipt = receipt_of(house.letters())
    assert customer(house) == "bo@kunde.example"
    house.reply(receipt, "/angre")
    assert customer(house) == "ann@kunde.example"
    assert "kunde: Ann Berg" in receipt_of(house.letters()).text
    house.wait(seconds=61)
    assert house.letters() == [], "nor is the other told"


def test_accept_is_undone(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    house.reply(notice, "/godta bo@kunde.example")
    house.reply(receipt_of(house.letters()), "/angre")
    house.reply(notice, "Hei.")
    house.wait(seconds=61)
    assert [letter.to for letter in house.letters("update")] == ["ann@kunde.example"]


def test_who_was_the_customer_is_a_stranger_now(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    ack, notice = house.letters()
    house.reply(notice, "/for bo@kunde.example")
    house.reply(ack, "Hva skjer?", ANN)
    assert came(house)[-1]["internal"]


def test_the_same_mail_again_opens_nothing_more(house: House):
    made = authenticated(mail(OLA, "VS: Skriver", FORWARD, Message_ID="<once@staff.example>"))
    house.arrives(made, "support@desk.example", "ola@staff.example")
    house.arrives(made + b"\r\n", "support@desk.example", "ola@staff.example")
    assert house.session.one("SELECT count(*) FROM cases") == (1,)


def test_a_customers_forward_is_her_own_mail(house: House):
    house.mail(ANN, "VS: Skriver", FORWARD.replace("ann@kunde.example", "per@annen.example"))
    assert customer(house) == "ann@kunde.example"


def test_a_forward_that_is_not_proven_his_is_nobodys_order(house: House):
    house.arrives(wire(mail(OLA, "VS: Skriver", FORWARD)), "support@desk.example", "ola@staff.example")
    assert [letter.kind for letter in house.letters()] == ["unverified"]
    assert house.session.one("SELECT count(*) FROM cases") == (0,)


def test_a_customer_who_writes_for_is_no_handler(house: House):
    house.mail(ANN, "Skriver", "/for bo@kunde.example\n\nHun ringte.")
    assert customer(house) == "ann@kunde.example"
