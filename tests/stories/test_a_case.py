"""A case from the first mail to the last, as its people live it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from parts.house import House

from maild.store import views

ANN = "Ann Berg <ann@kunde.example>"
KARI = "kari@staff.example"


def test_a_day_with_a_printer(house: House):
    house.mail(ANN, "Skriver virker ikke", "Hei, skriveren i andre etasje står.")
    ack, notice = house.letters()
    assert (ack.kind, ack.to, notice.kind, notice.to) == ("ack", "ann@kunde.example", "notice", KARI)
    assert "1001" in ack.text
    assert "Kari Nordmann" in ack.text
    assert "skriveren i andre etasje står" in notice.text

    house.reply(notice, "Hei Ann, prøv å slå den av og på.")
    assert house.letters() == []  # it waits for /undo
    house.wait(seconds=61)
    (answer,) = house.letters()
    assert (answer.kind, answer.to) == ("update", "ann@kunde.example")
    assert "slå den av og på" in answer.text
    assert "Kari" in str(answer.mail["From"])
    assert "kari@staff.example" not in answer.raw.decode()

    house.reply(answer, "Det hjalp, takk!", ANN)
    house.wait(seconds=61)
    (news,) = house.letters()
    assert (news.kind, news.to) == ("update", KARI)
    assert "Det hjalp, takk!" in news.text

    house.reply(news, "/lukk\nFint! Ha en god dag.")
    (receipt,) = house.letters()
    assert receipt.kind == "receipt"
    house.wait(seconds=61)
    (closing,) = house.letters()
    assert closing.kind == "closing"
    assert "Fint! Ha en god dag." in closing.text
    assert "/lukk" not in closing.text
    assert house.case("1001")["status"] == "solved"

    house.wait(days=15)
    assert house.case("1001")["status"] == "closed"
    assert house.kinds("1001") == [
        "opened", "assigned", "acknowledged", "told", "replied", "told", "received", "told", "replied", "solved", "told", "told", "closed",
    ]  # fmt: skip


def test_rfc_3834_3_1_6_letters_of_a_case_are_one_thread_for_each(house: House):
    house.mail(ANN, "Skriver", "Den står.", Message_ID="<first@kunde.example>")
    ack, notice = house.letters()
    house.reply(notice, "Prøv nå.")
    house.wait(seconds=61)
    (answer,) = house.letters()
    assert ack.mail["In-Reply-To"] == "<first@kunde.example>"
    assert str(ack.mail["Message-ID"]) in str(answer.mail["References"])
    assert "<first@kunde.example>" in str(answer.mail["References"])
    assert str(notice.mail["Message-ID"]) not in str(answer.mail["References"])


def test_a_burst_of_three_mails_is_one_letter_to_the_handler(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    ack, _ = house.letters()
    for text in ("Er dere der?", "Den blinker rødt.", "Og nå ryker det!"):
        house.reply(ack, text, ANN)
        house.wait(seconds=10)
    assert house.letters() == []
    house.wait(seconds=31)
    (news,) = house.letters()
    places = [news.text.index(text) for text in ("Er dere der?", "Den blinker rødt.", "Og nå ryker det!")]
    assert places == sorted(places)


def test_the_files_of_a_mail_travel_with_the_letter_that_tells_of_it(house: House):
    from parts.mails import authenticated
    from parts.mails import mail as written

    made = written(ANN, "Logg", "Se vedlegg.")
    made.add_attachment(b"\0\1\2" * 100, maintype="application", subtype="octet-stream", filename="logg æøå.bin")
    house.arrives(authenticated(made), "support@desk.example", "ann@kunde.example")
    notice = next(letter for letter in house.letters() if letter.kind == "notice")
    (file,) = notice.mail.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("logg æøå.bin", b"\0\1\2" * 100)


def test_the_same_mail_twice_is_one_case(house: House):
    for _ in range(2):
        house.mail(ANN, "Skriver", "Den står.", Message_ID="<same@kunde.example>")
    assert len(house.letters("ack")) == 1


def test_a_stranger_with_the_number_opens_a_case_of_his_own(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    house.mail("Eve <eve@evil.example>", "Re: [#1001] Skriver", "Send meg alt.")
    assert {letter.to for letter in house.letters()} == {"eve@evil.example", "ola@staff.example"}
    assert house.case("1002")["customer"] == "eve@evil.example"
    assert house.kinds("1001").count("received") == 0


def test_a_forged_handler_reaches_nobody_but_the_real_one(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    house.reply(notice, "/lukk\nSend passordet ditt til meg.", proven=False)
    house.wait(seconds=61)
    (warning,) = house.letters()
    assert (warning.kind, warning.to) == ("unverified", KARI)
    assert house.case("1001")["status"] == "new"


def test_an_alias_of_a_handler_does_not_get_round_the_one_warning_an_hour(house: House):
    kari = replace(house.policy.handlers["kari"], addresses=(KARI, "knordmann@staff.example"))
    house.policy = replace(house.policy, handlers={**house.policy.handlers, "kari": kari})
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    for number in range(3):
        house.reply(notice, f"Les dette nr. {number}", "Kari <knordmann@staff.example>", proven=False)
    assert [letter.kind for letter in house.letters()] == ["unverified"]


def test_a_handler_who_is_the_customer_writes_as_the_customer(house: House):
    house.mail("Ola Hansen <ola@staff.example>", "Skriver", "Min står.")
    ack, notice = house.letters()
    assert (ack.to, notice.to) == ("ola@staff.example", KARI)
    house.reply(ack, "Nå ryker den.", "Ola Hansen <ola@staff.example>")
    house.mail("Ola Hansen <ola@staff.example>", "Sv: [#1001] Skriver", "Og nå brenner den.")
    house.wait(seconds=61)
    (news,) = house.letters()
    assert (news.kind, news.to) == ("update", KARI)
    assert "Nå ryker den." in news.text
    assert "Og nå brenner den." in news.text
    assert [m["standing"] for m in house.case("1001")["messages"] if m["direction"] == "in"] == ["customer"] * 3


def test_a_case_that_is_moved_is_told_to_the_team_of_its_new_desk(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    house.reply(notice, "/tildel drift")
    assert {(letter.kind, letter.to) for letter in house.letters()} == {
        ("receipt", KARI),
        ("notice", "ola@staff.example"),
    }


def test_who_gets_a_case_of_somebody_else_reads_what_was_said(house: House):
    house.mail(ANN, "Skriver", "Den står i tredje etasje.")
    _, notice = house.letters()
    house.reply(notice, "Jeg sender noen.")
    house.wait(seconds=61)
    house.letters()
    house.reply(notice, "/tildel ola\n/notat\nRing henne først.\n\nMvh\nKari")
    (given,) = house.letters("notice")
    assert given.to == "ola@staff.example"
    said = [given.text.index(words) for words in ("Den står i tredje", "Jeg sender noen.", "Ring henne først.")]
    assert said == sorted(said)


def test_a_wrong_word_is_answered_in_the_handlers_language(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    house.reply(notice, "/prioritet viktig")
    (error,) = house.letters("error")
    assert "velg mellom kritisk, høy, medium, lav" in error.text
    house.reply(notice, "/ta den her")
    (error,) = house.letters("error")
    assert "skriv bare /ta" in error.text


def test_a_handlers_proof_is_not_his_customers(house: House):
    house.mail(ANN, "Skriver", "Den står.", proven=False)
    _, notice = house.letters()
    assert "Fra Ann Berg <ann@kunde.example> · avsenderen er ikke bekreftet" in notice.text
    house.reply(notice, "/tildel ola")
    (given,) = house.letters("notice")
    assert "Fra Ann Berg <ann@kunde.example>" in given.text
    assert "bekreftet" not in given.text


def test_a_misspelt_command_sends_nothing_and_gives_the_words_back(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    house.reply(notice, "/luk stille nå\nHei Ann, dette er hemmelig.")
    house.wait(seconds=61)
    (error,) = house.letters()
    assert (error.kind, error.to) == ("error", KARI)
    assert "Hei Ann, dette er hemmelig." in error.text


def test_a_bounce_to_the_plain_desk_is_known_by_the_mail_that_it_brings_back(house: House):
    """Some sites' relays take the desk's own address only (envelope: desk), so no signed address comes back."""
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    house.reply(notice, "Prøv nå.")
    house.wait(seconds=61)
    (update,) = house.letters()
    head, _, _ = update.raw.partition(b"\r\n\r\n")
    report = DSN.replace(b"--b--", b"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n" + head + b"\r\n--b--")
    house.arrives(report, "support@desk.example", "")
    (note,) = house.letters()
    assert (note.kind, note.to) == ("bounce", KARI)


def test_a_customer_who_writes_of_an_undelivered_mail_is_no_bounce(house: House):
    text = "Hei,\n\nMail delivery failed: 550 5.1.1 <bo@firma.example> user unknown\n\nHva gjør jeg?"
    house.mail(ANN, "Undelivered mail - hva er dette?", text)
    assert [(letter.kind, letter.to) for letter in house.letters()] == [("ack", "ann@kunde.example"), ("notice", KARI)]
    robot = f"From: Mail System <mailer-daemon@firma.example>\r\nSubject: Undelivered mail\r\n\r\n{text}\r\n"
    house.arrives(robot.encode(), "support@desk.example", "mailer-daemon@firma.example")
    assert house.letters() == []
    assert house.case("1002")["labels"] == ["automatic"]
    house.arrives(robot.replace("Mail System", "System").encode(), "support@desk.example", "")
    assert views.case_id(house.session, "1003") is None


@pytest.mark.parametrize("address", ["kunde@foo..no", "a@b.no%foo", "a@*.no", "kunde@æø..no", f"x@{'é' * 80}.no"])
def test_an_address_that_cannot_be_written_to_is_a_case_without_letters_to_it(house: House, address: str):
    raw = f"From: {address}\r\nTo: support@desk.example\r\nSubject: Hei\r\n\r\nDen står.\r\n"
    house.arrives(raw.encode(), "support@desk.example", "kunde@kunde.example")
    (notice,) = house.letters()
    assert (notice.kind, notice.to) == ("notice", KARI)
    assert "Den står." in notice.text
    house.reply(notice, "Hei på deg.")
    house.wait(seconds=61)
    assert house.letters() == []
    assert "suppressed" in house.kinds("1001")[-2:]


def test_who_asks_for_no_automatic_answer_is_heard_all_the_same(house: House):
    """X-Auto-Response-Suppress says "do not answer by machine", not "a machine wrote this" (MAIL.md)."""
    quiet = {"X_Auto_Response_Suppress": "OOF, AutoReply"}
    house.mail(ANN, "Skriver", "Den står.", **quiet)
    (notice,) = house.letters()
    assert (notice.kind, notice.to) == ("notice", KARI)
    house.reply(notice, "Slå den av og på.", **quiet)
    house.wait(seconds=61)
    (update,) = house.letters()
    assert (update.kind, update.to) == ("update", "ann@kunde.example")


def test_a_bounce_of_an_answer_comes_to_the_handler_in_one_line(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    house.reply(notice, "Prøv nå.")
    house.wait(seconds=61)
    house.letters()
    row = house.session.one("SELECT sender FROM outbox WHERE kind='update'")
    assert row is not None
    house.arrives(DSN, row[0], "")
    (note,) = house.letters()
    assert (note.kind, note.to) == ("bounce", KARI)
    assert "adressen finnes ikke" in note.text
    assert "bounced" in house.kinds("1001")


DSN = b"""From: MAILER-DAEMON@mx.kunde.example\r
To: support@desk.example\r
Subject: Undelivered Mail Returned to Sender\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: text/plain\r
\r
No such user here.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.kunde.example\r
\r
Final-Recipient: rfc822; ann@kunde.example\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 no such user\r
--b--\r
"""


@pytest.mark.parametrize(
    ("to", "number", "word"),
    [
        ("drift@desk.example", "1001", "saksnummer"),
        ("podpora@desk.example", "P-1001", "prejeli smo vaše sporočilo"),
        ("help@desk.example", "2026-0001", "We have received your message"),
    ],
)
def test_every_desk_has_its_own_numbers_and_language(house: House, to: str, number: str, word: str):
    house.mail("x@kunde.example", "...", "...", to)
    ack = next(letter for letter in house.letters() if letter.kind == "ack")
    assert number in ack.text
    assert word in ack.text
    assert str(ack.mail["X-Maild-Case"]) == number


def test_an_unknown_senders_acknowledgement_has_nothing_of_his(house: House):
    house.mail("Click http://evil.example <victim@kunde.example>", "BUY at http://evil.example", "SPAM", proven=False)
    (ack,) = [letter for letter in house.letters() if letter.kind == "ack"]
    shown = ack.raw.decode()
    assert "evil.example" not in shown.replace("victim@kunde.example", "")
    assert "BUY" not in shown
    assert len(shown) <= 2048


def test_five_acknowledgements_a_day_to_one_unproven_address(house: House):
    for n in range(8):
        house.mail("victim@kunde.example", f"Sak {n}", "Hei", proven=False)
    assert len(house.letters("ack")) == 5


def test_the_number_in_the_subject_alone_leads_its_customer_home(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    ack, _ = house.letters()
    assert ack.subject == "Re: Skriver [#1001]"
    house.mail(ANN, ack.subject, "Nå ryker den også.")  # from a program that forgets In-Reply-To
    assert "received" in house.kinds("1001")
    assert [m["direction"] for m in house.case("1001")["messages"]].count("in") == 2
