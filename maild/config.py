"""config: maild.yaml -> frozen Config.  Plumbing: sockets, database, relay, limits; a change needs a restart.

load(path) -> Config; RuleError with every problem as file:line:column (config_schema.py knows the form).
find(option, environ) -> the file: -c, MAILD_CONFIG, ./maild.yaml, /etc/maild/maild.yaml.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from maild.errors import Problem, RuleError
from maild.model.health import Wishes

PLACES = (Path("maild.yaml"), Path("/etc/maild/maild.yaml"))


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
class OAuth:
    """How a mailbox's token is had (RFC 6749).  secret_file: the client's secret, or Google's JSON key; None: the credential."""

    provider: str
    token_url: str
    scope: str
    client_id: str = ""
    secret_file: Path | None = None
    secret_expires: date | None = None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox whose mail we take by IMAP.

    tls       none (loopback only), starttls (required), implicit
    desk      key of the desk that mail without an address of ours belongs to; "" = the default desk
    after     what becomes of a mail that was taken: leave, mark (as read), move (to the folder `archive`)
    aside     the folder for mail that cannot be taken; made when it is needed
    line      where it stands in maild.yaml, for what only the policy can tell
    """

    name: str
    host: str
    port: int = 993
    tls: str = "implicit"
    username: str = ""
    password_file: Path | None = None
    folder: str = "INBOX"
    desk: str = ""
    after: str = "leave"
    archive: str = ""
    aside: str = "maild-aside"
    oauth: OAuth | None = None
    line: int = field(default=0, compare=False)

    @property
    def credential(self) -> str:
        """The systemd credential that its secret may come in."""
        return f"imap-{self.name}"


@dataclass(frozen=True, slots=True)
class Authenticator:
    """A named way to believe From (edges/trust.py).  id: of authserv-id and sasl-received; sealers: of arc."""

    kind: str
    id: str = ""
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    sealers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpamFilter:
    """Whose verdict on spam rules may ask for: a header that this server of ours wrote (model/policy.Filter)."""

    server: str
    header: str
    received: int = 1


@dataclass(frozen=True, slots=True)
class Health:
    """Metrics and /healthz on a TCP address or a UNIX socket; None = neither.  wishes: what the watch does besides."""

    tcp: tuple[str, int] | None = None
    path: Path | None = None
    mode: int = 0o660
    wishes: Wishes = field(default_factory=Wishes)


@dataclass(frozen=True, slots=True)
class Pager:
    """The site's own program that rings or writes a text message for a page: its fixed words, and how long it may take."""

    command: tuple[str, ...]
    timeout: timedelta = timedelta(seconds=30)


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
    resolver: tuple[str, int] | None = None
    admin: str | None = None
    undo: timedelta = timedelta(seconds=60)
    burst: timedelta = timedelta(seconds=60)
    log_level: str = "info"
    health: Health = Health()
    mailboxes: tuple[Mailbox, ...] = ()
    receipts: str = "commands"
    spam: SpamFilter | None = None
    pager: Pager | None = None

    @property
    def control(self) -> Path:
        """The control socket: owner only."""
        return self.state / "control.sock"

    @property
    def erasures(self) -> Path:
        """Who was erased, by keyed hashes: beside the database, so that a restore can do it again."""
        return self.state / "erasures"

    @property
    def keys(self) -> Path:
        return self.state / "keys"

    @property
    def restoring(self) -> Path:
        """There while a restore is under way: no daemon may start on half of one."""
        return self.state / "restoring"


def find(option: str | None, environ: Mapping[str, str]) -> Path:
    """The configuration of this command; RuleError with the cure when there is none."""
    named = option or environ.get("MAILD_CONFIG")
    if named:
        path = Path(named) / "maild.yaml" if Path(named).is_dir() else Path(named)
        if path.exists():
            return path
        raise RuleError(Problem(str(path), 0, 0, "there is no such configuration", f"maild init {path.parent}"))
    for path in PLACES:
        if path.exists():
            return path
    tried = " nor ".join(map(str, PLACES))
    raise RuleError(Problem("maild.yaml", 0, 0, f"there is neither {tried}", "maild init DIR, then -c DIR/maild.yaml"))


def load(path: Path, environ: Mapping[str, str] | None = None) -> Config:
    """The configuration in this file.  The schema's library is loaded only here: a door needs the values, not the form."""
    from maild import config_schema

    return config_schema.read(path, os.environ if environ is None else environ)
