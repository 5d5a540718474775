"""Thread-Index: what puts the mails of a case together in Outlook."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters_making import mail, read, to_customer, to_handler

from maild.mail import conversation

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
# As an Outlook writes it: the highest octets of the time, an identifier, and a child for each answer.
OUTLOOK = bytes([1]) + bytes.fromhex("dca9f0a1b2") + bytes(range(16))
CHILD = b"\x00\x00\x10\x00\x42"


@pytest.mark.parametrize("children", [0, 1, 7])
def test_the_start_of_another_s_conversation_is_kept(children: int) -> None:
    assert conversation.began(b64encode(OUTLOOK + CHILD * children).decode()) == OUTLOOK


def test_a_value_that_was_folded_is_read() -> None:
    value = b64encode(OUTLOOK + CHILD * 20).decode()
    assert conversation.began(f"{value[:70]} {value[70:]}") == OUTLOOK


@pytest.mark.parametrize(
    "value",
    [
        "",
        "?",
        "AQ==",
        b64encode(OUTLOOK[:21]).decode(),
        b64encode(OUTLOOK + b"xx").decode(),
        b64encode(b"\x02" * 22).decode(),
    ],
)
def test_what_is_none_begins_nothing(value: str) -> None:
    assert conversation.began(value) == b""


def test_a_letter_is_a_child_of_the_start() -> None:
    octets = b64decode(conversation.index(OUTLOOK, 7, NOW))
    assert octets[:22] == OUTLOOK
    assert len(octets) == 27


def test_letters_of_one_case_have_one_start_and_those_of_others_another() -> None:
    starts = {
        conversation.of_case(1, "a.example"),
        conversation.of_case(2, "a.example"),
        conversation.of_case(1, "b.example"),
    }
    assert len(starts) == 3
    first, second = read(mail(to_customer("ack"))), read(mail(to_handler("notice")))
    assert b64decode(str(first["Thread-Index"]))[:22] == b64decode(str(second["Thread-Index"]))[:22]
    assert first["Thread-Index"] != second["Thread-Index"]


def test_later_letters_come_later() -> None:
    start = conversation.of_case(1, "a.example")
    days = [
        b64decode(conversation.index(start, 1, NOW + timedelta(days=days)))[22:26]
        for days in (0, 1, 30, 500, 900, 4000)
    ]
    assert days == sorted(days)
    assert len(set(days)) == len(days)


def test_a_span_is_counted_as_the_standard_has_it() -> None:
    # [MS-OXOMSG] 2.2.1.3: below 1.7 years without the 18 lowest bits, above with a mark and without the 23 lowest.
    start = conversation.of_case(1, "a.example")
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=1000)
    child = int.from_bytes(b64decode(conversation.index(start, 1, at))[22:26], "big")
    assert abs(child * 2**18 / 10_000_000 - 1000) < 0.05
    child = int.from_bytes(b64decode(conversation.index(start, 1, at + timedelta(days=1000)))[22:26], "big")
    assert child >> 31 == 1
    assert abs((child & 0x7FFFFFFF) * 2**23 / 10_000_000 - 1000 * 86_400 - 1000) < 1


def test_the_newer_form_of_a_start_counts_from_the_same_time() -> None:
    ticks = OUTLOOK[:6]
    newer = b"\x01" + ticks[:5] + OUTLOOK[6:]
    old, new = (b64decode(conversation.index(start, 1, NOW))[22:26] for start in (OUTLOOK, newer))
    assert abs(int.from_bytes(old, "big") - int.from_bytes(new, "big")) <= 2**6


def test_an_acknowledgement_to_nobody_knows_whom_has_none() -> None:
    assert read(mail(to_customer("ack", authenticated=False, subject="", values={})))["Thread-Index"] is None


@given(value=st.text(max_size=200), octets=st.binary(max_size=60), days=st.integers(-900_000 // 365, 2_000_000 // 365))
def test_nothing_raises(value: str, octets: bytes, days: int) -> None:
    for start in (conversation.began(value), conversation.began(b64encode(b"\x01" + octets).decode())):
        if start:
            assert len(b64decode(conversation.index(start, 3, NOW + timedelta(days=days)))) == 27
