"""A mail without an envelope: to whom it came, from whom, when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from maild.edges.imap_taking import Circumstances, delivery, too_many_hops

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HORIZON = NOW - timedelta(days=30)
OURS = ("support@desk.example", "support+r5kaaaa@desk.example", "sales@desk.example")


def here(*, found: bool = False) -> Circumstances:
    return Circumstances(lambda a: a.lower() in OURS, "support@desk.example", HORIZON, NOW, found)


@pytest.mark.parametrize(
    ("head", "recipients"),
    [
        (b"To: Us <sales@desk.example>", ("sales@desk.example",)),
        (b"To: all@company.example", ("support@desk.example",)),
        (b"Delivered-To: sales@desk.example\r\nTo: list@other.example", ("sales@desk.example",)),
        (
            b"To: support+r5kaaaa@desk.example\r\nCc: x@y.example, SALES@desk.example",
            ("support+r5kaaaa@desk.example", "SALES@desk.example"),
        ),
        (b"Subject: sales@desk.example", ("support@desk.example",)),
        (b"", ("support@desk.example",)),
    ],
)
def test_recipients_are_our_addresses_that_it_names_else_the_desk(head: bytes, recipients: tuple[str, ...]) -> None:
    assert delivery(head + b"\r\n\r\ntext", NOW, here()).recipients == recipients


@pytest.mark.parametrize(
    ("head", "sender"),
    [
        (b"Return-Path: <ann@kunde.example>\r\nFrom: x@y.example", "ann@kunde.example"),
        (b"Return-Path: <>\r\nFrom: MAILER-DAEMON@y.example", ""),
        (b"From: Ann <ann@kunde.example>", "ann@kunde.example"),
        (b"Subject: nobody", "unknown"),
    ],
)
def test_the_sender_is_the_return_path_else_from(head: bytes, sender: str) -> None:
    assert delivery(head + b"\r\n\r\ntext", NOW, here()).sender == sender


def test_it_was_received_when_the_server_got_it_unless_that_cannot_be() -> None:
    hour = NOW - timedelta(hours=1)
    assert delivery(b"\r\n", hour, here()).received_at == hour
    for odd in (NOW + timedelta(minutes=5), HORIZON - timedelta(seconds=1), None):
        assert delivery(b"\r\n", odd, here()).received_at == NOW


def test_what_is_found_after_a_day_is_late_and_what_only_waited_is_not() -> None:
    old = NOW - timedelta(hours=25)
    assert delivery(b"\r\n", old, here(found=True)).source == "late"
    assert delivery(b"\r\n", NOW - timedelta(hours=23), here(found=True)).source == "imap"
    assert delivery(b"\r\n", old, here()).source == "imap"


def test_hops_are_counted_from_the_first_line_on() -> None:
    raw = b"Received: x\r\n" * 3 + b"\r\nReceived: in the text\r\n"
    assert too_many_hops(raw, 2)
    assert not too_many_hops(raw, 3)
