"""Who wrote it: a person, a program, a list; with the evidence."""

from __future__ import annotations

import pytest

from maild.mail.parse import read
from maild.model.message import Kind


def kind_of(head: str, text: str = "Hello there, friend.") -> tuple[Kind, bool]:
    message = read(f"From: ann@client.example\nMessage-ID: <a@b>\n{head}\n\n{text}\n".encode())
    assert (message.kind is Kind.PERSON and not message.automatic) or message.why, "no verdict without its evidence"
    return message.kind, message.automatic


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied", "Auto-Submitted: Auto-Generated (by cron); owner=x", "Precedence: bulk",
        "Precedence: junk", "X-Autoreply: yes",
        "X-Autorespond: Away", "X-Auto-Reply-From: a@b.example", "X-FC-MachineGenerated: true", "X-Loop: a@b.example", "Return-Path: <>",
        "X-POST-MessageClass: 9; Autoresponder", "Delivered-To: Autoresponder", "X-Precedence: auto_reply",
        "Subject: Automatisk svar: hei",
        "Subject: Re: Out of Office: hello", "Subject: Odsoten do ponedeljka",
        "Subject: Out of Office AutoReply: hello", "Return-Path: <>\nSubject: On vacation with no phone", "Subject: Ikkje til stades",
    ],
)  # fmt: skip
def test_rfc_3834_2_signs_of_a_program(head: str) -> None:
    assert kind_of(head) == (Kind.AUTOMATIC, True)


@pytest.mark.parametrize(
    "head",
    ["Auto-Submitted: no", "Auto-Submitted: NO (really); x=y", "X-Loop: no",
     "List-Unsubscribe: <mailto:x@y.example>", "Subject: My automatic reply is broken",
     "Subject: Automatisk svar virker ikke i Outlook", "Subject: Out of office messages come twice",
     "X-Auto-Response-Suppress: DR", "Precedence: normal", "X-Autoreply: false"],
)  # fmt: skip
def test_rfc_3834_5_a_person_is_a_person(head: str) -> None:
    assert kind_of(head) == (Kind.PERSON, False)


def test_who_asks_for_silence_is_a_person_still() -> None:
    assert kind_of("X-Auto-Response-Suppress: DR, OOF, AutoReply") == (Kind.PERSON, True)


@pytest.mark.parametrize(
    "head", ["List-Id: <x.example>", "List-Post: <mailto:x@y.example>", "Precedence: list", "Mailing-List: x"]
)
def test_rfc_2919_3_lists(head: str) -> None:
    assert kind_of(head) == (Kind.LIST, True)


def test_a_robot_on_a_list_is_a_robot() -> None:
    assert kind_of("List-Id: <x.example>\nAuto-Submitted: auto-generated")[0] is Kind.AUTOMATIC


@pytest.mark.parametrize(
    "address",
    [
        "no-reply@x.example",
        "noreply@x.example",
        "MAILER-DAEMON@x.example",
        "do_not_reply+7@x.example",
        "ikke-svar@x.example",
    ],
)
def test_addresses_where_nobody_reads(address: str) -> None:
    assert read(f"From: {address}\nSubject: order\n\nThank you.\n".encode()).kind is Kind.AUTOMATIC


def test_outlooks_reaction_has_only_words() -> None:
    assert kind_of("Subject: Re: x", "Ann Smith reacted to your message:")[0] is Kind.REACTION


def test_a_person_who_tells_of_a_reaction_at_length_is_a_person() -> None:
    assert kind_of("Subject: x", "Bob reacted to your message:" + " and then more" * 60)[0] is Kind.PERSON


def test_a_sieves_reject_is_a_bounce() -> None:
    raw = (
        "Return-Path: <>\nFrom: Mail System <admin@x.example>\nSubject: Automatically rejected mail\nTo: support@desk.example\n"
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\n"
        "Your message to <ann@x.example> was automatically rejected:\nmailbox is full\n--b\n"
        "Content-Type: message/disposition-notification\n\nDisposition: automatic-action/MDN-sent-automatically; deleted\n--b--\n"
    )
    message = read(raw.encode())
    assert message.kind is Kind.BOUNCE
    assert message.bounce is not None
    assert message.bounce.failed == ("ann@x.example",)
