"""answers: what the policy said of a mail, as plain words that can be compared.  Pure.

answer(trace, events) -> Answer; difference(before, after) -> field -> (before, after); Count adds up and says it in a sentence
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from maild.model.people import handler_of

Answer = dict[str, str]
Difference = dict[str, tuple[str, str]]
# Told by name, from the events; of the others the decision itself is compared.
_BY_EVENT = ("desk", "handler", "priority", "discard")
_TOLD = ("told", "acknowledged")
# Letters that no customer gets.
_TO_OTHERS = ("forward", "approval")
_CRITICAL = "critical"


def answer(trace: Mapping[str, Any], events: Iterable[tuple[str, Mapping[str, Any]]]) -> Answer:
    """trace: as stored with the arrival; events: (kind, facts) of what it brought about."""
    happened = list(events)
    kinds = [kind for kind, _ in happened]
    said = {"case": _case(trace, happened)}
    opened = next((facts for kind, facts in happened if kind == "opened"), None)
    if opened is not None:
        said["desk"] = str(opened["desk"])
        said["handler"] = _last(happened, "assigned", "handler") or "nobody"
        said["priority"] = _last(happened, "prioritised", "priority") or "medium"
    for name, decided in (trace.get("decisions") or {}).items():
        if name not in _BY_EVENT:
            said[name] = _plain(decided["value"])
    told = sorted(
        f"{facts.get('what', 'ack')} to {_role(facts['to'], str(facts.get('what')), opened)}"
        for kind, facts in happened
        if kind in _TOLD
    )
    if told:
        said["letters"] = ", ".join(told)
    return said if kinds else {"case": "held"}


def _case(trace: Mapping[str, Any], happened: list[tuple[str, Mapping[str, Any]]]) -> str:
    if any(kind == "opened" for kind, _ in happened):
        return "opened"
    reasons = [str(facts.get("reason", "")) for kind, facts in happened if kind == "ignored"]
    if reasons and len(reasons) == len(happened):
        return f"none: {reasons[0]}"
    number = (trace.get("thread") or {}).get("case")
    return f"joined #{str(number).removeprefix('#')}" if number else "joined"


def _last(happened: list[tuple[str, Mapping[str, Any]]], kind: str, name: str) -> str:
    found = [facts.get(name) for one, facts in happened if one == kind]
    return str(found[-1] or "") if found else ""


def _role(party: str, what: str, opened: Mapping[str, Any] | None) -> str:
    if handler_of(party):
        return "handler"
    return "others" if what in _TO_OTHERS or (opened and party != opened.get("customer")) else "customer"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def difference(before: Answer, after: Answer) -> Difference:
    names = dict.fromkeys((*before, *after))
    return {n: (before.get(n, "-"), after.get(n, "-")) for n in names if before.get(n) != after.get(n)}


@dataclass(slots=True)
class Count:
    """What a replay found.  left: mails that could not be replayed, by the reason."""

    mails: int = 0
    differ: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)

    def add(self, found: Difference) -> None:
        self.mails += 1
        self.differ += bool(found)
        for name, (before, after) in found.items():
            if name == "case":
                self.fields[_fate(before, after)] += 1
                continue
            # With a case that is no more, all that was decided of it goes: told once, above.
            if "case" in found and "-" in (before, after):
                continue
            self.fields[
                "lose critical" if before == _CRITICAL else "become critical" if after == _CRITICAL else name
            ] += 1

    def sentence(self) -> str:
        """412 mails: 31 change desk, 4 lose critical."""
        told = [f"{count} {_WORDS.get(name, f'change {name}')}" for name, count in self.fields.most_common()]
        return f"{self.mails} mail{'' if self.mails == 1 else 's'}: {', '.join(told) or 'no difference'}"


def _fate(before: str, after: str) -> str:
    if after == "held":
        return "fail"
    if after.startswith("none"):
        return "open no case"
    return "open a case" if after == "opened" and before != "opened" else "join another case"


_WORDS = {name: name for name in ("fail", "open no case", "open a case", "join another case", "lose critical")}
_WORDS |= {"become critical": "become critical", "letters": "change letters", "labels": "change labels"}
