"""Calendar files, read back as RFC 5545 says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from maild.mail.ics import Entry, write

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def unescaped(value: str) -> str:
    """RFC 5545 section 3.3.11."""
    out, letters = "", iter(value)
    for letter in letters:
        if letter == "\\":
            letter = next(letters)
            letter = "\n" if letter in "nN" else letter
        out += letter
    return out


def parsed(raw: bytes) -> list[dict[str, str]]:
    """The properties of each event; the lines are unfolded first (section 3.1)."""
    assert raw.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    lines = raw.decode().replace("\r\n ", "").split("\r\n")[:-1]
    assert (lines[0], lines[1], lines[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR")
    events: list[dict[str, str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events and name not in ("BEGIN", "END"):
            assert name not in events[-1], "each once"
            events[-1][name] = unescaped(value)
    return events


def entry(summary: str = "Vakt: Kari", description: str = "", uid: str = "vakt-1@desk.example") -> Entry:
    return Entry(uid, NOW, NOW + timedelta(hours=16), summary, description)


def test_an_entry_has_what_a_calendar_needs():
    (event,) = parsed(write([entry()], "Vakt", NOW))
    assert event == {
        "UID": "vakt-1@desk.example",
        "DTSTAMP": "20260302T090000Z",
        "DTSTART": "20260302T090000Z",
        "DTEND": "20260303T010000Z",
        "SUMMARY": "Vakt: Kari",
        "TRANSP": "TRANSPARENT",
    }


def test_times_are_in_utc_whatever_clock_they_came_from():
    oslo = Entry(
        "1", datetime.fromisoformat("2026-07-06T15:30+02:00"), datetime.fromisoformat("2026-07-07T08:00+02:00"), "x"
    )
    (event,) = parsed(write([oslo], "Vakt", NOW))
    assert (event["DTSTART"], event["DTEND"]) == ("20260706T133000Z", "20260707T060000Z")


def test_a_name_cannot_add_a_line():
    (event,) = parsed(write([entry("Kari\r\nATTENDEE:mailto:eve@evil.example", "a;b,c\\d")], "Vakt", NOW))
    assert event["SUMMARY"] == "Kari\nATTENDEE:mailto:eve@evil.example"
    assert "ATTENDEE" not in event
    assert event["DESCRIPTION"] == "a;b,c\\d"


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=300)


@given(texts, texts)
def test_any_text_comes_back_whole_and_no_line_is_longer_than_75_octets(summary: str, description: str):
    (event,) = parsed(write([entry(summary, description)], summary, NOW))
    assert (event["SUMMARY"], event.get("DESCRIPTION", "")) == (summary, description)
