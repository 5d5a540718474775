"""letters_slips: letters about what slips, or soon will, in a language."""

from __future__ import annotations

from typing import Any

from letters_making import SUBJECT, VALUES, shown, to_handler

from maild.model.plan import Letter

_SLIP: dict[str, Any] = {
    "target": "first_response", "due": "2026-03-02T11:00+01:00", "late": False, "span": 30, "hours": True, "step": "50%", "who": "handler",
}  # fmt: skip
_LATE = {**_SLIP, "late": True, "span": 120, "step": "+2h", "who": "", "name": "Ola Hansen"}
_DONE = {
    **_SLIP,
    "target": "resolution",
    "due": "2026-02-27T11:00+01:00",
    "late": True,
    "span": 4320,
    "hours": False,
    "step": "+3d",
}
_NOW = {**_SLIP, "target": "next_update", "late": True, "span": 0, "step": "100%", "who": "lead"}
_FREE = {**_SLIP, "target": "unassigned", "step": "", "span": 120, "who": "desk"}


def slipping(language: str) -> dict[str, Letter]:
    """Soon, late by several, nobody's; and many at once."""
    said = (shown(language),)
    nobody = {**VALUES, "handler_name": "", "status": "new"}

    def about(*slips: dict[str, Any], reason: str = "promise-slips", values: dict[str, Any] = VALUES) -> Letter:
        given = {**values, "slips": list(slips)}
        return to_handler("warning", language, shown=said, reason=reason, automatic="auto-generated", values=given)

    def case(number: str, *slips: dict[str, Any], handler: str = "Kari Nordmann") -> dict[str, Any]:
        told = {"number": number, "days": 0, "customer": "Ann Berg", "subject": SUBJECT[language]}
        return {**told, "status": "open", "handler": handler, "slips": list(slips)}

    groups = [
        {"key": "late", "count": 12, "more": 10, "cases": [case("#1042", _LATE, _DONE), case("#1043", _NOW)]},
        {"key": "soon", "count": 1, "more": 0, "cases": [case("#1050", _SLIP)]},
        {"key": "unassigned", "count": 1, "more": 0, "cases": [case("#1051", _FREE, handler="")]},
    ]
    ours: dict[str, Any] = {"case": None, "number": "", "subject": "", "references": (), "in_reply_to": ""}
    return {
        "warning": about(_SLIP),
        "warning-late": about(_LATE, _DONE, _NOW),
        "warning-unassigned": about(_FREE, reason="nobody-takes-it", values=nobody),
        "warnings": to_handler("warnings", language, values={"groups": groups}, reason="promises-slip", automatic="auto-generated", **ours),
    }  # fmt: skip
