"""Delivery reports: by their fields, by what mail systems write to people, and never by what people write about them."""

from __future__ import annotations

import pytest

from maild.mail.bouncetext import read_prose
from maild.mail.parse import read
from maild.model.message import Bounce, Kind

HEAD = "Return-Path: <>\nFrom: Mail Delivery Subsystem <MAILER-DAEMON@mx.example>\nTo: support@desk.example\n"


def report(
    groups: str, head: str = HEAD + "Subject: Returned mail\n", returned: str = "Message-ID: <out.9@desk.example>\n"
) -> Bounce:
    raw = (
        f"{head}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nSee below.\n--b\n"
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{groups}\n--b\nContent-Type: message/rfc822\n\n"
        f"{returned}\nHello\n--b--\n"
    )
    message = read(raw.encode())
    assert message.kind is Kind.BOUNCE
    assert message.bounce is not None
    return message.bounce


def test_rfc_3464_2_3_each_recipient_has_its_own_fate() -> None:
    bounce = report(
        "Final-Recipient: rfc822; A@x.example\nAction: failed (for good)\nStatus: 5.1.1\n\n"
        "Final-Recipient: RFC822;b@x.example\nAction: delayed\nStatus: 4.4.1\n\n"
        "Final-Recipient: rfc822; c@x.example\nAction: relayed\nStatus: 2.0.0\n"
    )
    assert bounce.failed == ("a@x.example",)
    assert bounce.delayed == ("b@x.example",)
    assert dict(bounce.status) == {"a@x.example": "5.1.1", "b@x.example": "4.4.1", "c@x.example": "2.0.0"}
    assert bounce.original_message_id == "<out.9@desk.example>"


def test_who_gave_up_after_a_temporary_error_has_failed() -> None:
    # RFC 3464 section 2.3.3: "failed" says that nobody will try again, whatever the status was.
    assert report("Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 4.4.7\n").failed == ("a@x.example",)


def test_the_address_that_we_wrote_to_is_named() -> None:
    bounce = report(
        "Original-Recipient: rfc822; ann@x.example\nFinal-Recipient: rfc822; u17@inner.x.example\nAction: failed\nStatus: 5.0.0\n"
    )
    assert bounce.failed == ("ann@x.example",)


def test_a_report_without_action_goes_by_its_status() -> None:
    bounce = report(
        "Final-Recipient: rfc822; a@x.example\nStatus: 4.2.2\n\nFinal-Recipient: rfc822; b@x.example\nStatus: 5.2.2\n"
    )
    assert (bounce.failed, bounce.delayed) == (("b@x.example",), ("a@x.example",))


def test_fields_that_lost_their_mime_structure_are_read() -> None:
    raw = (
        HEAD
        + "Subject: Returned mail\n\nSorry.\n\nFinal-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n"
    )
    message = read(raw.encode())
    assert message.bounce is not None
    assert message.bounce.failed == ("a@x.example",)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Your message did not reach\n\n  <a@x.example>: host mx said: 550 5.1.1 no such user\n", "a@x.example"),
        ("Delivery failed for\n\na@x.example\n\nmailbox full\n", "a@x.example"),
        ("Could not deliver.\nRecipient: a@x.example\nReason: unknown\n", "a@x.example"),
        ("It was refused:\n>>> RCPT TO:<a@x.example>\n<<< 550 no\n", "a@x.example"),
        ("The user a@x.example has no account here.\n", "a@x.example"),
    ],
)
def test_what_mail_systems_write_to_people(text: str, address: str) -> None:
    assert read_prose("", text, "", "Undeliverable", frozenset()).failed == [address]


def test_a_report_that_names_nobody_is_about_whom_the_returned_mail_was_for() -> None:
    assert read_prose(
        "", "It failed.\n", "From: support@desk.example\nTo: Ann <a@x.example>\n", "failure", frozenset()
    ).failed == ["a@x.example"]


def test_the_senders_own_address_is_not_meant() -> None:
    told = read_prose(
        "", "support@desk.example wrote to a@x.example\n", "", "failure", frozenset({"support@desk.example"})
    )
    assert told.failed == ["a@x.example"]


def test_a_warning_is_a_delay() -> None:
    told = read_prose(
        "",
        "Still trying to reach\na@x.example\nYou do not need to send it again.\n",
        "",
        "Warning: could not send",
        frozenset(),
    )
    assert (told.failed, told.delayed) == ([], ["a@x.example"])


def test_failed_recipients_stand_in_a_field_of_exim() -> None:
    raw = "X-Failed-Recipients: a@x.example, b@x.example\nFrom: MAILER-DAEMON@mx.example\nSubject: Mail delivery failed\n\nSorry.\n"
    bounce = read(raw.encode()).bounce
    assert bounce is not None
    assert set(bounce.failed) == {"a@x.example", "b@x.example"}


@pytest.mark.parametrize(
    ("head", "text"),
    [
        ("From: ann@client.example\nSubject: Undelivered mail?\n", "My mail to bob@x.example came back. Why?"),
        (
            "From: ann@client.example\nSubject: Re: Undeliverable: x\nIn-Reply-To: <a@b>\n",
            "550 user unknown, it says for bob@x.example",
        ),
        (
            "Return-Path: <>\nFrom: ann@client.example\nSubject: Away\nAuto-Submitted: auto-replied\nIn-Reply-To: <a@b>\n",
            "Ask bob@x.example.",
        ),
    ],
)
def test_who_writes_about_a_bounce_has_not_bounced(head: str, text: str) -> None:
    message = read(f"{head}\n{text}\n".encode())
    assert message.kind is not Kind.BOUNCE
    assert message.bounce is None


def test_a_report_with_nothing_in_it_is_still_a_bounce() -> None:
    assert report("") == Bounce((), (), (), "<out.9@desk.example>")


def test_hostile_mail_writes_nothing_into_the_log(caplog: pytest.LogCaptureFixture):
    """flufl.bounce logs a traceback for every detector that a From trips."""
    for sender in (b"\xff <x", b""):
        raw = (
            b"Return-Path: <>\r\nFrom: " + sender + b"\r\nSubject: Returned mail\r\n\r\nThe mail was not delivered.\r\n"
        )
        read(raw)
    assert caplog.records == []
