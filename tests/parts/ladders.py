"""ladders: a site with promises and a ladder, for stories.

sla("50%: handler", "100%: lead", "+1d: desk priority=critical escalate", response="1h")    sla.yaml, the same for each priority
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from parts.house import House

KARI, OLA, LISE = (f"{key}@staff.example" for key in ("kari", "ola", "lise"))
PEOPLE = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example], digest: none}
ola: {name: Ola Hansen, addresses: [ola@staff.example], digest: none}
lise: {name: Lise Leder, addresses: [lise@staff.example], digest: none, role: lead}
"""
TO_KARI = "- name: hers\n  set: {handler: kari}\n"
TO_NOBODY = "- name: nobody\n  set: {handler: nobody}\n"
_TARGETS = {"response": "first_response", "update": "next_update", "solution": "resolution"}
Site = Callable[..., House]


def sla(*steps: str, calendar: str = "always", quiet: str = "", critical: str = "", **targets: str) -> str:
    """critical: each target of a critical case, where it is another."""
    lines = ["ladders:", "  usual:", *([f"    quiet: {quiet}"] if quiet else []), "    steps:", *map(_step, steps)]
    lines += ["targets:", "  everybody:", "    ladder: usual", f"    calendar: {calendar}"]
    for word in ("critical", "high", "medium", "low"):
        said = {_TARGETS[name]: critical if critical and word == "critical" else span for name, span in targets.items()}
        lines.append(f"    {word}: {{{', '.join(f'{name}: {span}' for name, span in said.items())}}}")
    return "\n".join(lines) + "\n"


def _step(said: str) -> str:
    at, _, rest = said.partition(": ")
    words = rest.split()
    raised = [word.partition("=")[2] for word in words if word.startswith("priority=")]
    tell = [word for word in words if "=" not in word and word != "escalate"]
    parts = [f"at: {at}", *([f"tell: [{', '.join(tell)}]"] if tell else []), *(f"priority: {word}" for word in raised)]
    return f"      - {{{', '.join([*parts, *(['escalate: true'] if 'escalate' in words else [])])}}}"


def house_of(folder: Path, promises: str, routing: str = TO_KARI, **files: str) -> House:
    return House(folder, routing, **{"people": PEOPLE, **files}, sla=promises)


def told(house: House) -> list[tuple[str, str]]:
    """What is due now of letters about what slips."""
    return sorted((letter.kind, letter.to) for letter in house.letters() if letter.kind.startswith("warning"))


def events(house: House, number: str) -> list[tuple[str, str, str]]:
    """What slipped of a case, and which steps were taken: kind, target, step."""
    return [
        (event["kind"], event["data"]["target"], event["data"].get("step", ""))
        for event in house.case(number)["events"]
        if event["kind"] in ("warned", "breached")
    ]
