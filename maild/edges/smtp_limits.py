"""smtp_limits: how much a door bears at one time.

Keeper   the sessions of a door, counted in all and by address; shorter patience under stress; closing
Budget   octets of mail held in memory by all sessions together
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Protocol

from maild.config import Door
from maild.edges.delivery import Mailroom
from maild.model.policy import Clock

UNIX = "unix"
# Under stress: this part of the connections is taken.
STRESS = 0.8


class Guest(Protocol):
    """A session, as its keeper sees it."""

    client: str

    def farewell(self) -> None:
        """Go with 421 if nothing is under way."""
        ...

    def abort(self) -> None:
        """Go at once."""
        ...


@dataclass(slots=True)
class Budget:
    """Octets in flight."""

    limit: int
    used: int = 0

    @property
    def spent(self) -> bool:
        return self.used > self.limit


@dataclass(slots=True, eq=False)
class Keeper:
    """What all sessions of a door share.  utf8: SMTPUTF8 is offered."""

    config: Door
    mailroom: Mailroom
    clock: Clock
    tls: ssl.SSLContext | None
    utf8: bool
    budget: Budget
    # With the key under which each is counted.
    guests: dict[Guest, str] = field(default_factory=dict)
    by_address: Counter[str] = field(default_factory=Counter)
    closing: bool = False
    # What all sessions are made from, see smtp_connection.
    pattern: dict[str, Any] = field(default_factory=dict)
    empty: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.empty.set()

    def admit(self, guest: Guest) -> str:
        """Count a new session; else why not, as a reply."""
        if self.closing:
            return "421 4.3.2 shutting down"
        if len(self.guests) >= self.config.connections:
            return "421 4.3.2 too many connections"
        group = self._group(guest.client)
        if group and self.by_address[group] >= self.config.connections_per_address:
            return "421 4.7.0 too many connections from your address"
        self.guests[guest] = group
        self.empty.clear()
        if group:
            self.by_address[group] += 1
        return ""

    def leave(self, guest: Guest) -> None:
        """The session is over; harmless for one that was never admitted."""
        group = self.guests.pop(guest, "")
        if not self.guests:
            self.empty.set()
        if not group:
            return
        self.by_address[group] -= 1
        if self.by_address[group] <= 0:
            del self.by_address[group]

    def _group(self, client: str) -> str:
        """The key under which connections are counted; "" for those that are not: UNIX sockets and trusted networks."""
        if client == UNIX:
            return ""
        address = ip_address(client)
        if any(address.version == network.version and address in network for network in self.config.trusted):
            return ""
        # One customer of an IPv6 network has 2**64 addresses.
        return str(IPv6Network((int(address) >> 64 << 64, 64))) if isinstance(address, IPv6Address) else client

    @property
    def idle(self) -> float:
        """Seconds of silence that are borne now."""
        stressed = len(self.guests) >= self.config.connections * STRESS
        return (self.config.stressed_idle if stressed else self.config.idle).total_seconds()

    @property
    def glance(self) -> float:
        """Seconds after which a session must look at `idle` again."""
        return min(self.config.stressed_idle, self.config.idle).total_seconds()


def client_of(peer: object) -> str:
    """The peer's IP address, IPv4 out of its IPv6 form, without a zone; else "unix"."""
    if not isinstance(peer, tuple) or not peer:
        return UNIX
    try:
        address: IPv4Address | IPv6Address = ip_address(str(peer[0]).partition("%")[0])
    except ValueError:
        return UNIX
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
