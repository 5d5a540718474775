"""Texts that are neither plain nor HTML, and invitations."""

from __future__ import annotations

import pytest

from maild.mail.calendar import said
from maild.mail.readable import enriched, unflow


@pytest.mark.parametrize(
    ("flowed", "delsp", "text"),
    [
        ("a \nb\nc", False, "a b\nc"),
        ("a \nb\nc", True, "ab\nc"),
        ("> a \n> b\nc", False, "> a b\nc"),
        ("> a \n>> b", False, "> a \n>> b"),
        (" From here", False, "From here"),
        ("a \n-- \nb", False, "a \n-- \nb"),
        ("", False, ""),
        ("a \n", False, "a "),
    ],
)
def test_soft_line_ends(flowed: str, delsp: bool, text: str) -> None:
    assert unflow(flowed, delsp=delsp) == text


def test_after_a_hundred_thousand_lines_the_rest_stays() -> None:
    text = unflow("a \n" * 100_001 + "b \nc", delsp=False)
    assert text.endswith("a \nb \nc")
    assert text.count("\n") == 3


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("<bold>a</bold> b", "a b"),
        ("a\nb\n\nc\n\n\nd", "a b\nc\n\nd"),
        ("<color><param>red</param>a</color>", "a"),
        ("1 << 2", "1 < 2"),
        ("<nofill>a\nb</nofill>\nc", "a\nb c"),
        ("a<nl>b", "a\nb"),
        ("<", "<"),
    ],
)
def test_enriched_text(written: str, text: str) -> None:
    assert enriched(written) == text


EVENT = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{}END:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (
            "SUMMARY:Møte\r\nDTSTART:20260310T090000Z\r\nDTEND:20260310T100000Z\r\n",
            "Møte\n2026-03-10 09:00 - 10:00 UTC",
        ),
        ("DTSTART;VALUE=DATE:20260310\r\n", "2026-03-10"),
        ("DTSTART:20260310T230000\r\nDTEND:20260311T010000\r\n", "2026-03-10 23:00 - 2026-03-11 01:00"),
        ("DTSTART:soon\r\nSUMMARY:a\\, b\\nc\r\n", "a, b c"),
        ('ATTENDEE;X="a:b";CN="N, Kari":mailto:k@x.example\r\n', "N, Kari <k@x.example>"),
        ("ATTENDEE:mailto:k@x.example\r\nATTENDEE:MAILTO:k@x.example\r\n", "k@x.example"),
        ("SUMMARY:fol\r\n ded\r\n", "folded"),
        ("", ""),
        ("no property\r\n", ""),
    ],
)
def test_an_event_in_a_few_lines(lines: str, text: str) -> None:
    assert said(EVENT.format(lines)) == text


def test_an_alarm_is_not_the_event() -> None:
    assert said(EVENT.format("BEGIN:VALARM\r\nDESCRIPTION:ring\r\nEND:VALARM\r\nSUMMARY:a\r\n")) == "a"


def test_twenty_guests_are_named() -> None:
    guests = "".join(f"ATTENDEE:mailto:g{n}@x.example\r\n" for n in range(500))
    assert said(EVENT.format(guests)).count("@") == 20
