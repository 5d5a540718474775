"""slip_words: what slips, as a line of a letter: {{ slip | slip }} says what and when, {{ slip | told }} who is told of it, and why.

Of a language's words.txt: slip.*, target.*, step.*, whom.*, span.*.  Filters never fail on a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Table = Mapping[str, str]
Moment = Callable[[str, Table], str]
_AFTER = re.compile(r"\+(\d{1,6})([smhdw])")
_HOUR, _DAY = 60, 24 * 60


def slip(value: object, table: Table, moment: Moment) -> str:
    """First answer: due Monday 2 March 2026 at 10:00, 2 h late (opening hours)."""
    if not isinstance(value, Mapping):
        return str(value)
    span, hours = _minutes(value.get("span")), bool(value.get("hours"))
    free = value.get("target") == "unassigned"
    key = "unassigned" if free else "now" if not span else "late" if value.get("late") else "soon"
    words = table.get(f"slip.{key}", "{target} {due}")
    words = words.replace("{due}", moment(str(value.get("due", "")), table)).replace(
        "{span}", amount(span, table, hours)
    )
    words = words.replace("{target}", table.get(f"target.{value.get('target')}", str(value.get("target", ""))))
    return table.get("slip.hours", "{slip}").replace("{slip}", words) if hours and span else words


def told(value: object, table: Table) -> str:
    """Told 2 h after it was due: Ola Hansen."""
    if not isinstance(value, Mapping):
        return str(value)
    who = value.get("name") or table.get(f"whom.{value.get('who')}", str(value.get("who", "")))
    when = step(str(value.get("step", "")), table)
    words = table.get("slip.told" if when else "slip.told_free", "{who}")
    return words.replace("{step}", when).replace("{who}", str(who))


def step(name: str, table: Table) -> str:
    """50%, 100%, +2h as people say it; another name stands as it is."""
    if name == "100%":
        return table.get("step.due", name)
    if name.endswith("%"):
        return table.get("step.share", "{value}").replace("{value}", name[:-1])
    found = _AFTER.fullmatch(name)
    if found is None:
        return name
    return table.get("step.after", "{value}").replace("{value}", _after(int(found[1]), found[2], table))


def _after(number: int, unit: str, table: Table) -> str:
    if unit in "dw":
        days = number * (7 if unit == "w" else 1)
        return (table.get(f"days.{days}") or table.get("days.other", "{value}")).replace("{value}", str(days))
    minutes = number * _HOUR if unit == "h" else number if unit == "m" else max(1, number // 60)
    return amount(minutes, table, hours=True)


def amount(minutes: int, table: Table, hours: bool) -> str:
    """2 h 15 min; of opening hours never days, for a day has as many as the desk likes."""
    days = 0 if hours or minutes < 2 * _DAY else minutes // _DAY
    left = minutes - days * _DAY
    parts = (("day", days), ("hour", left // _HOUR), ("minute", 0 if days else left % _HOUR))
    said = [table.get(f"span.{unit}", "{value}").replace("{value}", str(number)) for unit, number in parts if number]
    return " ".join(said) or table.get("span.minute", "{value}").replace("{value}", "0")


def _minutes(value: object) -> int:
    return value if isinstance(value, int) else 0
