"""duty: a site with opening hours and a rota, for stories.

The calendar is that of a Norwegian office; duty runs outside of it.  Kari has the week of Monday 2 March 2026, Ola the next one.
Ida leads the desk and is in no rota; Per works for another desk.
"""

from __future__ import annotations

DESKS = """
support:
  addresses: [support@desk.example]
  name: Kundeservice
  language: nb
  zone: Europe/Oslo
  calendar: office
drift:
  addresses: [drift@desk.example]
  name: Drift
  language: nb
  zone: Europe/Oslo
"""
PEOPLE = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example], digest: none, desks: support}
ola: {name: Ola Hansen, addresses: [ola@staff.example], digest: none, desks: support}
lars: {name: Lars Li, addresses: [lars@staff.example], digest: none, desks: support}
ida: {name: Ida Vik, addresses: [ida@staff.example], digest: none, desks: support, role: lead}
per: {name: Per Moe, addresses: [per@staff.example], digest: none, desks: drift}
"""
CALENDARS = """
office:
  zone: Europe/Oslo
  hours: {weekdays: 08:00-16:00}
  holidays: NO
  days: {12-24: until 12:00, easter-4: until 12:00}
"""
ONCALL = """
vakt:
  name: Driftsvakt
  desks: [support]
  people: [kari, ola, lars]
  start: 2026-03-02
  handover: monday 08:00
  hours: {weekdays: 15:30-08:00, weekend: all day, holidays: all day}
"""


def people(language: str, digest: str = "none") -> str:
    """With everybody's letters in that language, at that hour."""
    return PEOPLE.replace("digest: none", f"language: {language}, digest: '{digest}'")
