"""calendar: an invitation (RFC 5545) -> a few lines for people: what, when, where, who.

said(text) -> str, "" when there is no event in it.  Pure, linear, never raises.  No labels: the lines speak for themselves in every
language, and none of them looks like the head of a quoted mail.

LIMITS  the first event of the first 100 kB; 20 guests; times as written, with their zone's name, not converted.
"""

from __future__ import annotations

import re

from maild.mail.charset import body, shown

LIMIT = 100_000
GUESTS = 20

_FOLD = re.compile(r"\n[ \t]")
_LINE = re.compile(r'^([A-Za-z-]{1,40})((?:;[^":;\n]*(?:"[^"\n]*"[^":;\n]*)*)*):(.*)$', re.M)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_ESCAPE = re.compile(r"\\([nN\\;,])")
_COMMON_NAME = re.compile(r';CN=(?:"([^"]*)"|([^;:"]*))', re.I)
_ZONE = re.compile(r';TZID=(?:"([^"]*)"|([^;:"]*))', re.I)

Properties = dict[str, list[tuple[str, str]]]


def said(text: str) -> str:
    """The event as text."""
    found = _event(_FOLD.sub("", body(text[:LIMIT])))
    if not found:
        return ""
    people = [_person(*one) for one in [*found.get("ORGANIZER", ())[:1], *found.get("ATTENDEE", ())[:GUESTS]]]
    rows = [
        _value(found, "SUMMARY"),
        _when(found),
        _value(found, "LOCATION"),
        ", ".join(dict.fromkeys(filter(None, people))),
    ]
    about = _unescaped(found["DESCRIPTION"][0][1]).strip() if "DESCRIPTION" in found else ""
    return "\n".join(filter(None, rows)) + (f"\n\n{about}" if about else "")


def _event(text: str) -> Properties:
    """The properties of the first event or task; those of an alarm within it do not count."""
    found: Properties = {}
    inside: list[str] = []
    for match in _LINE.finditer(text):
        name, parameters, value = match[1].upper(), match[2], match[3].strip()
        if name == "BEGIN":
            inside.append(value.upper())
        elif name == "END":
            ended = inside.pop() if inside else ""
            if ended in ("VEVENT", "VTODO") and found:
                return found
        elif inside and inside[-1] in ("VEVENT", "VTODO"):
            found.setdefault(name, []).append((parameters, value))
    return found


def _value(found: Properties, name: str) -> str:
    return shown(_unescaped(found[name][0][1])).strip() if name in found else ""


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def _when(found: Properties) -> str:
    """2026-03-03 10:00 - 11:00 Europe/Oslo"""
    begin, end = (_moment(found[name][0]) if name in found else None for name in ("DTSTART", "DTEND"))
    if begin is None:
        return ""
    (day, hour, zone) = begin
    parts = [day, hour]
    if end is not None and (end[0], end[1]) != (day, hour):
        parts += ["-", "" if end[0] == day else end[0], end[1]]
    return " ".join(filter(None, (*parts, zone)))


def _moment(written: tuple[str, str]) -> tuple[str, str, str] | None:
    """Day, hour and the zone's name."""
    match = _TIME.match(written[1])
    if match is None:
        return None
    zone = _ZONE.search(written[0])
    name = "UTC" if match[6] else shown(zone[1] or zone[2] or "")[:60] if zone else ""
    return f"{match[1]}-{match[2]}-{match[3]}", f"{match[4]}:{match[5]}" if match[4] else "", name


def _person(parameters: str, value: str) -> str:
    address = shown(value)[:300]
    address = address[7:] if address[:7].lower() == "mailto:" else ""
    name = _COMMON_NAME.search(parameters)
    called = shown((name[1] or name[2] or "") if name else "")[:200].strip()
    return f"{called} <{address}>" if called and address and called != address else called or address
