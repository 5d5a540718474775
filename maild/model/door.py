"""door: what may be refused while it is being sent, compiled (door.yaml)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Envelope:
    """client: its network address; sender: a plain address as it was written, "" for a bounce; recipient: in lower case; size: in
    octets, 0 while it is not known."""

    client: str
    sender: str
    recipient: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule of the door.  later: 450, come again, instead of 550; text: what the sender's server is told."""

    name: str
    where: str
    holds: Callable[[Envelope], bool]
    text: str
    later: bool = False


def refusal(rules: tuple[Refusal, ...], envelope: Envelope) -> Refusal | None:
    """The first rule that refuses it.  Mail to a postmaster is never refused (RFC 5321 section 4.5.1)."""
    if envelope.recipient.lower().partition("@")[0] == "postmaster":
        return None
    return next((rule for rule in rules if rule.holds(envelope)), None)
