"""words: the single words of each language (templates/<language>/words.txt), and the filters that use them.

A file is lines of `key: words`, `#` begins a comment.  tables(files) -> language -> key -> words, a language's gaps
filled from the nearest; filters(table) -> what templates call: {{ priority | priority }}, {{ message.at | when }},
{{ files | files }}, {{ text | quoted }} ...  Filters never fail on a value: an unknown word stands as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from maild.errors import Problem
from maild.model.vocabulary import Clash
from maild.policy import slip_words

NAME = "words"


def tables(
    files: Iterable[tuple[str, str, str]], last: str, nearest: Mapping[str, tuple[str, ...]], problems: list[Problem]
) -> dict[str, dict[str, str]]:
    """files: (language, file, text), shipped ones first; a later file's key wins."""
    own: dict[str, dict[str, str]] = {}
    read = [(language, file, _read(file, text, problems)) for language, file, text in files]
    known = {key for language, _, lines in read if language == last for key, _, _ in lines} if read else set()
    for language, file, lines in read:
        for key, value, number in lines:
            if key not in known:
                near = get_close_matches(key, known, 1)
                cure = f"did you mean {near[0]}?" if near else f"the keys stand in templates/{last}/{NAME}.txt"
                problems.append(Problem(file, number, 1, f"no word is called {key}", cure))
            own.setdefault(language, {})[key] = value
    base = own.get(last, {})
    return {
        language: {
            **base,
            **{k: v for near in reversed(nearest.get(language, ())) for k, v in own.get(near, {}).items()},
            **table,
        }
        for language, table in own.items()
    }


def _read(file: str, text: str, problems: list[Problem]) -> list[tuple[str, str, int]]:
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        key, colon, value = line.partition(":")
        if not colon or not value.strip() or " " in key.strip():
            problems.append(Problem(file, number, 1, "not a word", "write `key: words`, as in `priority.high: high`"))
            continue
        lines.append((key.strip(), value.strip(), number))
    return lines


def clash(found: Clash, files: Sequence[tuple[str, str, str]]) -> Problem:
    """Both places that give a word its meaning."""
    (one_file, one_line), (file, number) = (_place(*where, files) for where in (found.one, found.other))
    what = f"{found.word!r} means {found.other[1]} here, and {found.one[1]} in {one_file}:{one_line}"
    return Problem(
        file, number, 1, what, "a command has one meaning in all languages: choose another word for one of them"
    )


def _place(language: str, key: str, files: Sequence[tuple[str, str, str]]) -> tuple[str, int]:
    """The last file of the language, or of one that it borrows from, that has the key: the one that counts."""
    found = [
        (own == language, file, number)
        for own, file, text in files
        for name, _, number in _read(file, text, [])
        if name == key
    ]
    mine = [place for place in found if place[0]] or found
    return (mine[-1][1], mine[-1][2]) if mine else ("templates", 0)


# --- filters ----------------------------------------------------------------------------------------------------------


def filters(table: Mapping[str, str]) -> dict[str, Callable[..., Any]]:
    """Templates' filters in the language of this table."""

    def named(space: str) -> Callable[[object], str]:
        return lambda value: table.get(f"{space}.{value}", str(value))

    def why(value: object) -> str:
        return table.get(f"why.{value}", table.get("why.other", ""))

    def moment(form: str) -> Callable[[object], str]:
        return lambda value: _when(str(value), table, form)

    def size(value: object) -> str:
        return _size(value, table.get("number.decimal", "."))

    def files(value: object) -> str:
        return _files(value, table.get("number.decimal", "."))

    def line(value: object) -> str:
        return _line(value, table)

    def code(value: object) -> str:
        return _code(str(value), table)

    def days(value: object) -> str:
        return _counted("days", value, table)

    def part(space: str) -> Callable[[object], str]:
        return lambda value: _part(space, str(value), table)

    return {
        "slip": lambda value: slip_words.slip(value, table, _when),
        "told": lambda value: slip_words.told(value, table),
        "alarm": part("alarm"),
        "remedy": part("remedy"),
        **{name: named(name) for name in ("priority", "status", "type", "standing", "kind", "group")},
        "why": why,
        "when": moment("when"),
        "until": moment("until"),
        "size": size,
        "files": files,
        "cases": _cases,
        "days": days,
        "line": line,
        "code": code,
        "quoted": _quoted,
        "length": _length,
    }


def _when(value: str, table: Mapping[str, str], form: str = "when") -> str:
    """2026-03-02T10:14 as people write it.  until: its form behind a word such as until, which in Slovenian is another."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    weekday = f"weekday.{at.isoweekday()}"
    fields = {
        "weekday": table.get(f"{form}.{weekday}") or table.get(weekday, ""),
        "day": at.day,
        "month": table.get(f"month.{at.month}", at.month),
        "year": at.year,
        "hour": at.hour,
        "hh": f"{at.hour:02}",
        "minute": f"{at.minute:02}",
    }
    text = table.get(form) or table.get("when", "{year}-{month}-{day} {hh}:{minute}")
    for name, field in fields.items():
        text = text.replace(f"{{{name}}}", str(field))
    return text


def _size(value: object, decimal: str) -> str:
    """348160 as 348 kB."""
    octets = value if isinstance(value, int) else 0
    if octets < 1000:
        return f"{octets} B"
    if octets < 1_000_000:
        return f"{octets // 1000} kB"
    return f"{octets / 1_000_000:.1f} MB".replace(".", decimal)


def _files(value: object, decimal: str) -> str:
    """name (size), name (size)"""
    found = [f for f in value if isinstance(f, Mapping)] if isinstance(value, list | tuple) else []
    return ", ".join(f"{f.get('name', '')} ({_size(f.get('size'), decimal)})" for f in found)


def _counted(space: str, value: object, table: Mapping[str, str]) -> str:
    """0, 1, 2 and other numbers may each have words of their own: today, 1 dan, 2 dneva, 3 dni."""
    words = table.get(f"{space}.{value}") or table.get(f"{space}.other", "{value}")
    return words.replace("{value}", str(value))


def _cases(value: object) -> str:
    """#1007 (Nettet er nede), #1012"""
    found = [c for c in value if isinstance(c, Mapping)] if isinstance(value, list | tuple) else []
    return ", ".join(
        f"{c.get('number', '')} ({c['subject']})" if c.get("subject") else str(c.get("number")) for c in found
    )


# Lines whose value names words of maild's own, which each language has its own for.
_NAMED = {
    "prioritised": "priority",
    "no_priority": "priority",
    "no_argument": "verb",
    "only_quiet": "verb",
    "back_priority": "priority",
    "back_status": "status",
    "worked_cause": "cause",
    "no_cause": "cause",
}

# Lines whose value is an instant, in the zone of the desk.
_MOMENTS = (
    *("waits_until", "away_until", "undone", "promised", "promised_nothing", "back_promised_at"),
    *("duty_from", "duty_yours", "duty_free", "duty_gets", "duty_gives", "swap_not_yours", "away_duty"),
)
# Lines whose words say until before an instant.
_UNTIL = (
    *("waits_until", "away_until", "promised", "back_promised_at", "tasked_until", "listed_new_due", "listed_open_due"),
    *("due_answer", "due_update", "due_solved", "still_answer", "still_update", "still_solved"),
)


def _line(value: object, table: Mapping[str, str]) -> str:
    """A receipt's line: its key's words with the value in them; `key+` stands for the key with a value."""
    if not isinstance(value, Mapping):
        return str(value)
    key, inner, was = (str(value.get(name, "")) for name in ("key", "value", "was"))
    form = "until" if key in _UNTIL else "when"
    inner, was = _inner(key, inner, table, form), _inner(key, was, table)
    words = table.get(f"line.{key}+") if inner else None
    words = words or table.get(f"line.{key}", key)
    if "{was}" in words:
        words, was = words.replace("{was}", str(value.get("was", ""))), ""
    before = " " + table.get("line.was", "").replace("{value}", was) if was else ""
    at = _when(str(value.get("at", "")), table, form)
    return words.replace("{at}", at).replace("{value}", inner) + before


def _inner(key: str, value: str, table: Mapping[str, str], form: str = "when") -> str:
    """A line's value as people say it."""
    if key in _MOMENTS:
        return _when(value, table, form)
    space = _NAMED.get(key)
    return ", ".join(table.get(f"{space}.{name}", name) for name in value.split(", ")) if space else value


def _code(value: str, table: Mapping[str, str]) -> str:
    """5.1.1 in words (RFC 3463): the very code, else its class; the code stands beside it."""
    words = table.get(f"code.{value}") or table.get(f"code.{value[:1]}") or table.get("code.other", "")
    return f"{value} {words}".strip()


def _part(space: str, value: str, table: Mapping[str, str]) -> str:
    """A part of the daemon, such as relay or imap:support: the words of its sort with its name in them."""
    sort, _, name = value.partition(":")
    words = table.get(f"{space}.{sort}") or table.get(f"{space}.other", "{value}")
    return words.replace("{value}", name or sort)


def _quoted(value: object) -> str:
    """Each line behind a bar: what stands there is somebody's words, and never a command at the start of a line."""
    return ("| " + str(value).strip("\n").replace("\n", "\n| ") + "\n").replace("| \n", "|\n")[:-1]


def _length(value: object) -> int:
    return len(value) if isinstance(value, list | tuple | str) else 0
