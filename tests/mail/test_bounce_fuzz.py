"""Heaps of the pieces that reports are made of: nothing raises, and what is told keeps its promises."""

from __future__ import annotations

import sys

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from maild.mail import bouncesigns, bouncetext, bouncewords
from maild.mail.parse import read
from maild.model.message import Kind

RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PHRASES = (
    *bouncewords.UNDELIVERED, *bouncewords.SYSTEM_SPEECH, *bouncewords.PROMISES, *bouncewords.GIVEN_UP, *bouncewords.RETURNED,
    *(phrase for _, phrases in bouncewords.REASONS for phrase in phrases),
)  # fmt: skip
PIECES = some.one_of(
    some.sampled_from(PHRASES),
    some.sampled_from(
        [
            "\n", "\n\n", "\r\n", " ", "\t", "<", ">", ":", "> ", "550 ", "550-", "450 4.2.0 ", "5.1.1", "#5.1.1 ", "<a@b.example>",
            "a@b.example", "RCPT TO:<c@d.example>", "Final-Recipient: rfc822; e@f.example\n", "Original-Recipient: rfc822;g@h.example\n",
            "Action: failed\n", "Action: delayed\n", "Action: \n", "Status: 5.1.1\n", "Status: \n", "Status: 4\n",
            "Diagnostic-Code: smtp; 550 no\n",
            "----- Original message -----\n", "Message-ID: <x@y.example>\n", "Message-ID:\n <x@y.example>\n", "Message-ID: <[>\n",
            "To: z@z.example, <<>>\n", "--b\n", "--b--\n", "Content-Type: message/delivery-status\n\n", "Content-Type: message/rfc822\n\n",
            "@", "..", "\x00", "é", "%",
        ]
    ),
)  # fmt: skip
HEAPS = some.lists(PIECES, max_size=60).map("".join)
SENDERS = some.sampled_from(
    ["MAILER-DAEMON@mx.example", "postmaster@mx.example", "<>", "", "Ann <ann@client.example>", '"', "a@b (c", "@"]
)


@RELAXED
@given(SENDERS, some.sampled_from(PHRASES), HEAPS, some.booleans())
def test_any_heap_of_a_report_is_read(sender: str, subject: str, heap: str, multipart: bool) -> None:
    kind = "multipart/report; report-type=delivery-status; boundary=b" if multipart else "text/plain; charset=utf-8"
    raw = f"Return-Path: <>\nFrom: {sender}\nTo: support@desk.example\nSubject: {subject}\nContent-Type: {kind}\n\n{heap}".encode()
    message = read(raw)
    assert "unreadable" not in message.defects, "the last resort hides a bug"
    assert (message.bounce is not None) == (message.kind is Kind.BOUNCE)
    if message.bounce is None:
        return
    failed, delayed, status = message.bounce.failed, message.bounce.delayed, dict(message.bounce.status)
    assert not set(failed) & set(delayed), "nobody is both lost and on the way"
    assert all(address == address.lower() and "@" in address for address in (*failed, *delayed))
    assert all(code[:1] in "245" and code.count(".") == 2 for code in status.values())


@RELAXED
@given(HEAPS)
def test_a_code_is_a_code_of_rfc_3463_or_nothing(text: str) -> None:
    code = bouncetext.code_of(text)
    assert code == "" or (code[0] in "45" and code.count(".") == 2)


def steps(length: int, line: str) -> int:
    """How many lines of Python it takes to read a report of so many lines."""
    count = 0

    def trace(frame: object, event: str, arg: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    body = "".join(line.replace("N", str(n)) for n in range(length))
    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        bouncesigns.looks("", lambda name: None, "x@y.example", "delivery failure", body, attached=False)
        bouncetext.read_prose("", body, "", "delivery failure", frozenset())
    finally:
        sys.settrace(before)
    return count


def test_ten_times_the_recipients_are_ten_times_the_work() -> None:
    for line in (
        "<uN@client.example>: 550 no\n",
        "uN@client.example wN@client.example\n",
        "550 <uN@x.example\n",
        "-- original message\n",
    ):
        assert steps(1000, line) < 15 * steps(100, line)
