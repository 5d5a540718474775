"""config: maild.yaml -> frozen Config.  Plumbing: sockets, database, relay, limits; a change needs a restart.

load(path) -> Config; RuleError with every problem as file:line:column.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Door:
    """SMTP on TCP and LMTP on a UNIX socket.  None = not opened by us (systemd may pass it)."""

    smtp: tuple[str, int] | None = None
    lmtp: Path | None = None
    lmtp_mode: int = 0o660
    hostname: str = "localhost"
    certificate: Path | None = None
    key: Path | None = None
    message_size: int = 35_000_000
    connections: int = 500
    connections_per_address: int = 20
    recipients: int = 100
    commands: int = 1000
    idle: timedelta = timedelta(minutes=5)
    stressed_idle: timedelta = timedelta(seconds=60)
    in_flight: int = 200_000_000
    hops: int = 50
    min_free: int = 100_000_000
    trusted: tuple[IPv4Network | IPv6Network, ...] = ()


@dataclass(frozen=True, slots=True)
class RelayTo:
    """The MTA that takes our letters.  tls: none (loopback only), starttls (required), implicit."""

    host: str = "127.0.0.1"
    port: int = 25
    tls: str = "none"
    username: str = ""
    password_file: Path | None = None
    envelope: str = "signed"
    connections: int = 4
    give_up: timedelta = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Authenticator:
    """A named way to believe From: authserv-id with its id, or closed-network with networks."""

    kind: str
    id: str = ""
    networks: tuple[IPv4Network | IPv6Network, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """All of maild.yaml, paths absolute."""

    file: Path
    state: Path
    rules: Path
    templates: Path
    database: str
    door: Door
    relay: RelayTo
    authenticators: tuple[Authenticator, ...] = ()
    admin: str | None = None
    undo: timedelta = timedelta(seconds=60)
    burst: timedelta = timedelta(seconds=60)
    log_level: str = "info"

    @property
    def control(self) -> Path:
        """The control socket: owner only."""
        return self.state / "control.sock"

    @property
    def keys(self) -> Path:
        return self.state / "keys"
