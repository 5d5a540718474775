"""What mails teach of the people who write them."""

from __future__ import annotations

from parts.house import House

ANN = "Ann Berg <ann@kunde.example>"
DEAD = b"""From: MAILER-DAEMON@mx.kunde.example\r
To: support@desk.example\r
Subject: Undelivered Mail Returned to Sender\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.kunde.example\r
\r
Final-Recipient: rfc822; ann@kunde.example\r
Action: failed\r
Status: 5.1.1\r
\r
--b--\r
"""


def envelope_of(house: House, kind: str) -> str:
    row = house.session.one("SELECT sender FROM outbox WHERE kind=? ORDER BY id DESC", (kind,))
    assert row is not None
    return str(row[0])


def test_letters_that_come_back_mute_an_address_until_it_writes(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    house.arrives(DEAD, envelope_of(house, "ack"), "")
    assert house.kinds("1001")[-3:] == ["bounced", "muted", "told"]
    (note,) = house.letters("bounce")

    house.reply(note, "/lukk")  # nothing but a form letter would go out
    house.wait(seconds=61)
    assert {letter.kind for letter in house.letters()} == {"receipt"}
    assert "suppressed" in house.kinds("1001")

    house.mail(ANN, "Ny sak", "Nå virker e-posten min igjen.")
    assert {letter.kind for letter in house.letters()} == {"ack", "notice"}
    assert "unmuted" in house.kinds("1002")


def test_a_persons_answer_goes_even_to_an_address_that_bounced(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    house.arrives(DEAD, envelope_of(house, "ack"), "")
    house.reply(notice, "Hei Ann, prøv nå.")
    house.wait(seconds=61)
    assert [letter.to for letter in house.letters("update")] == ["ann@kunde.example"]


def test_a_full_mailbox_mutes_nobody(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    house.arrives(DEAD.replace(b"5.1.1", b"5.2.2"), envelope_of(house, "ack"), "")
    assert "muted" not in house.kinds("1001")


def test_a_robots_mail_unmutes_nobody(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    house.arrives(DEAD, envelope_of(house, "ack"), "")
    house.mail(ANN, "Fravær", "Jeg er borte.", Auto_Submitted="auto-replied")
    assert "unmuted" not in house.kinds("1002")


def test_a_short_mail_is_answered_in_the_language_that_its_sender_writes(house: House):
    house.mail(ANN, "Skrivar", "Hei, eg har ein skrivar som ikkje verkar. Kva kan eg gjere? Venleg helsing Ann")
    house.letters()
    house.mail(ANN, "Hallo", "Haster!")
    assert house.case("1002")["language"] == "nn"
    house.mail(ANN, "Igjen", "Den er borte.")
    assert house.case("1003")["language"] == "nn"


def test_a_long_mail_says_by_itself_in_which_language_it_wants_an_answer(house: House):
    house.mail(ANN, "Skrivar", "Hei, eg har ein skrivar som ikkje verkar. Kva kan eg gjere? Venleg helsing Ann")
    english = "Hello, I am writing from our office in London. The printer on the first floor does not work any more. "
    house.mail(ANN, "Printer", english * 3 + "What can we do about this? Kind regards, Ann")
    assert house.case("1002")["language"] == "en"
    house.mail(ANN, "Printer", "Urgent!")
    assert house.case("1003")["language"] == "en"


def test_a_mail_without_a_charset_is_read_as_people_at_its_desk_write(house: House):
    slovene = "From: Ana <ana@stranka.example>\r\nTo: podpora@desk.example\r\nSubject: Čas\r\n\r\nŠe čakam, žal.\r\n"
    house.arrives(slovene.encode("cp1250"), "podpora@desk.example", "ana@stranka.example")
    assert house.case("P-1001")["subject"] == "Čas"
    assert "Še čakam, žal." in house.case("P-1001")["messages"][0]["own_text"]
    norwegian = "From: Åse <ase@kunde.example>\r\nTo: support@desk.example\r\nSubject: Åpent?\r\n\r\nØl på bålet.\r\n"
    house.arrives(norwegian.encode("cp1252"), "support@desk.example", "ase@kunde.example")
    assert house.case("1001")["subject"] == "Åpent?"
