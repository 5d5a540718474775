"""Who gets letters: the author of the mail, and handlers.  Nobody whom a mail only names, whatever field it uses."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from parts.house import Got, House

from maild.mail import token
from maild.store import views

ANN, EVE = "Ann Berg <ann@kunde.example>", "eve@evil.example"
STAFF = {"kari@staff.example", "ola@staff.example"}
CONTROLS = {
    "X-Maild-Case": "1001",
    "X-Maild-Kind": "update",
    "X-Maild-Reason": "your-case",
    "X-Maild-Exported": "case=1001; way=out; internal=no",
    "X-Maild-Attempt": "1",
    "RT-Send-Cc": EVE,
    "RT-Attach": "1",
    "RT-Squelch-Replies-To": "kari@staff.example",
    "X-RT-Command": "status: resolved",
    "X-Zammad-Ticket-Owner": EVE,
    "X-OTRS-Queue": "drift",
    "X-OTRS-Owner": EVE,
    "X-Forwarded-To": EVE,
    "Delivered-To": EVE,
    "Resent-To": EVE,
    "Disposition-Notification-To": EVE,
    "Return-Receipt-To": EVE,
    "Errors-To": EVE,
    "Mail-Followup-To": EVE,
    "Mail-Reply-To": EVE,
    "Bcc": EVE,
    "Return-Path": f"<{EVE}>",
}


def everybody(house: House) -> set[str]:
    return {str(row[0]) for row in house.session.all("SELECT recipient FROM outbox")}


def talk(house: House, sender: str, proven: bool, **fields: str) -> None:
    """A mail, the handler's answer, another mail with the same fields, and the end of the case."""
    house.mail(sender, "Skriver", "Den står.", proven=proven, **fields)
    notice = next(letter for letter in house.letters() if letter.kind == "notice")
    house.reply(notice, "Prøv nå.")
    house.wait(minutes=5)
    house.mail(sender, f"Re: {notice.subject}", "Den står ennå.", proven=proven, **fields)
    house.wait(minutes=5)
    house.letters()
    house.reply(notice, "/close quiet")
    house.mail(sender, "Takk", "Takk!", proven=proven, **fields)
    house.wait(minutes=5)


# --- 5, 12, 19 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("proven", [True, False], ids=["proven", "forged"])
def test_cve_2024_49193_nobody_in_copy_takes_part_or_reads_anything(house: House, proven: bool):
    """Zendesk 2024: write in the victim's name with oneself in copy, then ask for the history."""
    talk(house, ANN, proven, Cc=f"Eve <{EVE}>, kari@staff.example")
    assert everybody(house) - STAFF == {"ann@kunde.example"}
    house.mail(EVE, "Re: Skriver [#1001]", "Vis meg hele saken.", In_Reply_To="<1@kunde.example>", proven=True)
    house.wait(minutes=5)
    assert "Den står." not in "".join(letter.text for letter in house.letters() if letter.to == EVE)
    assert everybody(house) - STAFF <= {"ann@kunde.example", EVE}
    # What she got is the acknowledgement of her own case.
    kinds = house.session.all("SELECT kind FROM outbox WHERE recipient=?", (EVE,))
    assert {kind for (kind,) in kinds} <= {"ack"}
    assert house.case("1001")["customer"] == "ann@kunde.example"


@pytest.mark.parametrize("proven", [True, False], ids=["proven", "forged"])
def test_threat_12_reply_to_and_sender_get_nothing(house: House, proven: bool):
    talk(house, ANN, proven, Reply_To=f"Support <{EVE}>", Sender=EVE)
    assert everybody(house) - STAFF == {"ann@kunde.example"}


def test_cve_2023_41259_control_headers_in_a_mail_control_nothing(house: House):
    house.mail("Bo <bo@kunde.example>", "En annen sak", "Hei")
    house.letters()
    before = house.kinds("1001")
    fields = {name.replace("-", "_"): value for name, value in CONTROLS.items() if name != "Delivered-To"}
    house.mail(ANN, "Skriver", "Den står.", **fields, Delivered_To=EVE)
    assert house.kinds("1001") == before
    case = house.case("1002")
    assert (case["desk"], case["status"], case["customer"]) == ("support", "new", "ann@kunde.example")
    letters = house.letters()
    assert {letter.to for letter in letters} == {"ann@kunde.example", case["handler"]}
    for letter in letters:
        assert letter.mail["X-Maild-Case"] == "1002"
        assert not [name for name in letter.mail if name in CONTROLS and not name.startswith("X-Maild-")]
        assert letter.mail["X-Maild-Kind"] in ("ack", "notice")
    assert EVE not in everybody(house)


# --- 8, 11 ----------------------------------------------------------------------------------------------------------------------

REPORT = """From: MAILER-DAEMON@mx.kunde.example\r
To: {to}\r
Subject: Undelivered Mail Returned to Sender\r
Auto-Submitted: auto-replied\r
In-Reply-To: <{id}@desk.example>\r
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
--b\r
Content-Type: text/rfc822-headers\r
\r
Message-ID: <{id}@desk.example>\r
To: ann@kunde.example\r
\r
--b--\r
"""


def test_threat_11_a_forged_report_marks_no_address_dead(house: House):
    """The same letter's word for another purpose, of another letter, with a character changed, of another site, and no word."""
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    (row,) = house.session.all("SELECT sender, message_id FROM outbox WHERE kind='ack'")
    bounce = str(row[0]).partition("+")[2].partition("@")[0]
    others = token.parse(token.fresh(b"z" * 32, "aa"))
    forged = [
        bounce[:-1] + ("a" if bounce[-1] != "a" else "b"),
        "b9" + bounce[2:],
        token.sign("b", 1, others),
        "",
        "b1",
    ]
    forged += ["r" + bounce[1:], "m" + bounce[1:], bounce + "x", "=?utf-8?q?" + bounce + "?="]
    before = house.kinds("1001")
    for word in forged:
        to = f"support+{word}@desk.example" if word else "support@desk.example"
        house.arrives(REPORT.format(to=to, id=word or "x").encode(), to, "")
    assert house.kinds("1001") == before
    # Nothing is answered, and Ann still gets letters.
    assert house.letters() == []
    house.mail(ANN, "Noe annet", "Hei")
    assert [letter.to for letter in house.letters("ack")] == ["ann@kunde.example"]
    # Her true one is believed.
    to = f"support+{bounce}@desk.example"
    house.arrives(REPORT.format(to=to, id="x").encode(), to, "")
    assert "bounced" in house.kinds("1001")


def test_threat_8_what_comes_from_nobody_is_answered_to_nobody(house: House):
    """No backscatter: reports, robots and lists, well marked or not, cause no letter to the address that they name."""
    marks = {"Auto_Submitted": "auto-generated"}, {"Precedence": "bulk"}, {"List_Id": "<l.evil.example>"}, {}
    for n, fields in enumerate(marks):
        made = {**fields, "Message_ID": f"<{n}@evil.example>"}
        raw = b"From: victim@kunde.example\r\nSubject: Hei\r\n"
        raw += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in made.items()).encode()
        house.arrives(raw + b"\r\nHei\r\n", "support@desk.example", "" if not fields else "victim@kunde.example")
        # An unreadable one, too.
        house.arrives(raw[5:] + b"\0\xff\r\n\r\n", "support@desk.example", "")
    house.wait(minutes=5)
    house.letters()
    assert everybody(house) <= STAFF


# --- 30 -------------------------------------------------------------------------------------------------------------------------

NOTE, ANSWER, HIDDEN = "Kanarifugl-notat", "Prøv nå, så ser vi.", "kanari@skjult.example"


def test_cve_2011_2084_internal_words_and_blind_copies_reach_no_customer(house: House):
    """Whatever happens in whatever order: a random day of two customers and two handlers."""
    chance = random.Random(30)
    for who in ("ann", "bo"):
        house.mail(f"{who}@kunde.example", f"Sak til {who}", "Hei", Bcc=HIDDEN)
    notices = [letter for letter in house.letters() if letter.kind == "notice"]
    said: list[str] = []
    for _ in range(120):
        ACTS[chance.choice(list(ACTS))](house, chance.choice(notices), chance)
        # The same words within the same second would be the same mail, played again.
        house.wait(seconds=1)
        said += [letter.raw.decode() + letter.text for letter in house.letters() if letter.to not in STAFF]
    assert len([letter for letter in said if ANSWER in letter]) > 5
    assert not [letter for letter in said if NOTE in letter or HIDDEN in letter]
    assert HIDDEN not in everybody(house)


def _note_address(text: str) -> str:
    return next(row for row in text.splitlines() if "+n" in row).partition("mailto:")[2].partition("?")[0]


def _customer(house: House, notice: Got, chance: random.Random) -> None:
    who = chance.choice(["ann", "bo"])
    house.mail(f"{who}@kunde.example", f"Re: {notice.subject}", "Mer", Bcc=HIDDEN)


def _assigned(house: House, notice: Got, chance: random.Random) -> None:
    house.reply(notice, f"/assign {chance.choice(['kari', 'ola', 'none', 'drift'])}")


ACTS: dict[str, Callable[[House, Got, random.Random], object]] = {
    "a note": lambda house, notice, chance: house.reply(notice, f"/note\n\n{NOTE}"),
    "a note to its link": lambda house, notice, chance: house.reply(notice, NOTE, to=_note_address(notice.text)),
    "a note in a line": lambda house, notice, chance: house.reply(notice, f"/note {NOTE}\n/priority high"),
    "unproven": lambda house, notice, chance: house.reply(notice, NOTE, proven=False),
    "declined": lambda house, notice, chance: house.reply(notice, f"/clsoe\n\n{NOTE}"),
    "an answer": lambda house, notice, chance: house.reply(notice, ANSWER),
    "closed": lambda house, notice, chance: house.reply(notice, "/close"),
    "reopened": lambda house, notice, chance: house.reply(notice, "/reopen"),
    "assigned": _assigned,
    "the customer writes": _customer,
    "a stranger asks": lambda house, notice, chance: house.mail(EVE, f"Re: {notice.subject}", NOTE, notice.reply_to),
    "time passes": lambda house, notice, chance: house.wait(minutes=chance.randint(1, 5)),
}


# --- 43 -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("date", ["Thu, 1 Jan 1970 00:00:00 +0000", "Thu, 31 Dec 2099 23:59:59 -1200", "", "yesterday"])
def test_threat_43_the_date_that_a_mail_claims_moves_no_clock(house: House, date: str):
    raw = f"From: {ANN}\r\nSubject: Skriver\r\nDate: {date}\r\nMessage-ID: <d@kunde.example>\r\n\r\nHei\r\n".encode()
    house.arrives(raw, "support@desk.example", "ann@kunde.example")
    case = house.case("1001")
    now = house.now.isoformat().replace("+00:00", "")
    assert case["opened_at"].startswith(now)
    assert {event["at"][:16] for event in case["events"]} == {now[:16]}
    assert {letter.kind for letter in house.letters()} == {"ack", "notice"}
    assert views.case_id(house.session, "1002") is None
