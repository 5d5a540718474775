"""tally: what many mails came to: how many commands were understood, and each that was not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from corpus.commands.playing import Played
from parts.house import House

LEAST = 0.99


@dataclass
class Tally:
    count: int = 0
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    right: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)

    def add(self, played: Played, house: House) -> None:
        self.count += 1
        variation = played.variation
        self.quoted += [f"{variation}: {event}" for event in played.from_the_quote]
        self.leaked += [f"{variation}: {line}" for line in played.leaks(house)]
        if not variation.at_the_top:
            return
        cell = (variation.program, variation.language)
        self.asked[cell] += 1
        self.right[cell] += played.understood
        if not played.understood:
            self.missed.append(f"{variation}: {_difference(played)}")

    @property
    def share(self) -> float:
        return sum(self.right.values()) / max(1, sum(self.asked.values()))

    @property
    def good(self) -> bool:
        return not self.quoted and not self.leaked and self.share >= LEAST

    def __str__(self) -> str:
        languages = sorted({language for _, language in self.asked})
        programs = dict.fromkeys(program for program, _ in self.asked)
        rows = [f"{'':18}" + "".join(f"{language:>10}" for language in languages)]
        for program in programs:
            cells = (f"{self.right[program, x]}/{self.asked[program, x]}" for x in languages)
            rows.append(f"{program:18}" + "".join(f"{cell:>10}" for cell in cells))
        rows += [
            "",
            f"{self.count} mails; commands and answers at the top understood: {sum(self.right.values())} of "
            f"{sum(self.asked.values())} ({self.share:.2%})",
            f"done that only a quote said: {len(self.quoted)}; command lines that reached a customer: {len(self.leaked)}",
            *(f"  quoted  {line}" for line in self.quoted),
            *(f"  leaked  {line}" for line in self.leaked),
            *(f"  missed  {line}" for line in self.missed),
        ]
        return "\n".join(rows)


def _difference(played: Played) -> str:
    """What happened that should not, and what did not that should."""
    came, wanted = played.came, played.wanted
    more = [x for x in (*came.events, *came.letters) if x not in (*wanted.events, *wanted.letters)]
    less = [x for x in (*wanted.events, *wanted.letters) if x not in (*came.events, *came.letters)]
    return f"+{more} -{less}" if more or less else f"the words differ: {came.texts}"[:300]
