"""config_forms: the form of maild.yaml, section by section: what may be written, its bounds, and its defaults.

Only what stands in the file is checked here; what the machine must tell (paths, sockets, secrets) is config_schema's.
"""

from __future__ import annotations

import re
from datetime import date
from ipaddress import ip_network
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from maild.policy.shape import Address, Line, Lines, Seconds, Size, Strict, wrong

CREDENTIAL = "relay-password"
HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,253})):([0-9]{1,5})")


def _host_port(value: str) -> str:
    match = HOST.fullmatch(value)
    if match is None or int(match[3]) > 65_535:
        raise wrong(f"{value[:80]!r} is no address with a port", "write it like 127.0.0.1:25 or [::1]:25")
    return value


def _network(value: str) -> str:
    try:
        ip_network(value)
    except ValueError as error:
        raise wrong(f"{value[:60]!r} is no network: {error}", "write it like 192.0.2.0/24 or 2001:db8::/32") from None
    return value


def _mode(value: Any) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"0?[0-7]{3}", value):
        raise wrong(f"{str(value)[:20]!r} is no file mode", 'write it in quotes like "0660"')
    return int(value, 8)


def _file(value: str) -> str:
    if not value or "\0" in value or len(value) > 4000:
        raise wrong("must be a path", "write it like state or /var/lib/maild")
    return value


HostPort = Annotated[str, AfterValidator(_host_port)]
Networks = Annotated[Lines, AfterValidator(lambda value: [_network(x) for x in value])]
Mode = Annotated[int, BeforeValidator(_mode), WithJsonSchema({"type": "string", "pattern": "^0?[0-7]{3}$"})]
File = Annotated[str, AfterValidator(_file)]


class DoorForm(Strict):
    """Where mail comes in.  A socket that is left out may come from systemd."""

    smtp: HostPort | None = Field(default=None, description="SMTP on this address and port.")
    lmtp: File | None = Field(default=None, description="LMTP on this UNIX socket.")
    lmtp_mode: Mode = Field(default=0o660, description="Who may connect to it.")
    hostname: Line = Field(default="localhost", description="The name in greetings and Received.")
    certificate: File | None = Field(default=None, description="PEM chain for STARTTLS.")
    key: File | None = Field(default=None, description="Its private key.")
    message_size: Size = Field(default=35_000_000, description="Larger mail is refused.")
    connections: int = Field(default=500, ge=1, description="So many at once.")
    connections_per_address: int = Field(default=20, ge=1, description="And so many from one address.")
    recipients: int = Field(default=100, ge=1, description="In one mail.")
    commands: int = Field(default=1000, ge=10, description="In one connection.")
    idle: Seconds = Field(default=300, description="A silent connection is closed.")
    stressed_idle: Seconds = Field(default=60, description="The same, when most connections are taken.")
    in_flight: Size = Field(default=200_000_000, description="Mail being taken at once, in all.")
    hops: int = Field(default=50, ge=5, le=1000, description="Mail with more Received lines goes in a circle.")
    min_free: Size = Field(default=100_000_000, description="With less disk free, mail waits at the sender.")
    trusted: Networks = Field(default=[], description="Not held to the limit per address.")


class RelayForm(Strict):
    """Where letters go: your mail server."""

    host: HostPort = Field(default="127.0.0.1:25", description="Its address and port.")
    tls: Literal["none", "starttls", "implicit"] = Field(default="none", description="none: loopback only.")
    username: str = Field(default="", description="With a password: log in as this.")
    password_file: File | None = Field(default=None, description=f"Or the systemd credential {CREDENTIAL}.")
    envelope: Literal["signed", "desk"] = Field(default="signed", description="The sender that bounces go to.")
    connections: int = Field(default=4, ge=1, le=32, description="So many at once.")
    give_up: Seconds = Field(default=432_000, description="A letter that cannot be delivered for so long has failed.")


class CanaryForm(Strict):
    """A mail from the first desk to itself, out by the relay and back by the door."""

    every: Seconds = Field(default=3600, ge=60, description="How often.")
    within: Seconds = Field(default=600, ge=10, description="It must be back by then, or the admin is told.")


class HealthForm(Strict):
    """How a monitor sees us, and what is watched besides."""

    listen: Line | None = Field(default=None, description="/metrics and /healthz on 127.0.0.1:9110 or a UNIX socket.")
    mode: Mode = Field(default=0o660, description="Who may connect to the UNIX socket.")
    public: bool = Field(default=False, description="Whether listen may be an address that others reach.")
    canary: CanaryForm | None = None


class AuthenticatorForm(Strict):
    """One way to believe From."""

    authserv_id: Line | None = Field(default=None, alias="authserv-id", description="The id of your mail server.")
    own_dkim: bool | None = Field(default=None, alias="own-dkim", description="true: maild verifies signatures itself.")
    exchange_online: bool | None = Field(
        default=None, alias="exchange-online", description="true: all mail comes through Microsoft 365."
    )
    sasl_received: Line | None = Field(
        default=None, alias="sasl-received", description="The name of the server that writes who had logged in."
    )
    arc: list[Line] | None = Field(default=None, description="Domains of forwarders whose seals are believed.")
    closed_network: Networks | None = Field(default=None, alias="closed-network", description="Clients from here.")

    @model_validator(mode="after")
    def one_way(self) -> AuthenticatorForm:
        said = [value for value in self.model_dump().values() if value is not None]
        if len(said) != 1:
            cure = (
                "write  - authserv-id: mx.example.org  or  - own-dkim: true  or another, each after a dash of its own"
            )
            raise wrong("must be one way to believe From", cure)
        if said[0] is False or said[0] == []:
            raise wrong("is a way to believe From that is switched off", "leave the line out")
        return self


def _after(value: str | dict[str, str]) -> str | dict[str, str]:
    if isinstance(value, str) and value not in ("leave", "mark"):
        raise wrong(f"{value[:40]!r} is not known", "write leave, mark or {move: FOLDER}")
    if isinstance(value, dict) and list(value) != ["move"]:
        raise wrong("must be leave, mark or a folder to move to", "write {move: FOLDER}")
    return value


def _token_url(value: str) -> str:
    loopback = re.match(r"http://(127\.[0-9.]+|localhost|\[::1\])[:/]", value)
    if not loopback and not re.fullmatch(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[!-~]*", value):
        raise wrong(f"{value[:80]!r} is no token endpoint", "write it like https://login.example.org/oauth2/token")
    return value


def _day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise wrong(f"{value[:40]!r} is no day", "write it like 2027-03-31") from None
    return value


def _name(value: str) -> str:
    # It becomes part of a credential's file name, of metrics and of the command line.
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,38}", value):
        raise wrong(f"{value[:40]!r} is no name", "use small letters, digits, - and _")
    return value


class OAuthForm(Strict):
    """Tokens instead of a password (XOAUTH2)."""

    provider: Literal["microsoft", "google"] | None = Field(
        default=None, description="Left out: token_url says it all."
    )
    token_url: Annotated[str, AfterValidator(_token_url)] | None = Field(
        default=None, description="Left out: the provider's."
    )
    client_id: Line | None = Field(default=None, description="The application's id.")
    tenant: Line | None = Field(default=None, description="Microsoft: the directory's id.")
    scope: Line | None = Field(default=None, description="Left out: the provider's for IMAP.")
    secret_file: File | None = Field(default=None, description="The client's secret, or Google's JSON key file.")
    secret_expires: Annotated[str, AfterValidator(_day)] | None = Field(
        default=None, description="Its last day; maild warns 14 days before."
    )


class MailboxForm(Strict):
    """A mailbox whose mail is taken by IMAP."""

    name: Annotated[str, AfterValidator(_name)] = Field(
        examples=["support"], description="Stays: the cursor is kept under it."
    )
    host: HostPort = Field(examples=["imap.example.org:993"], description="The server and its port.")
    tls: Literal["none", "starttls", "implicit"] = Field(default="implicit", description="none: loopback only.")
    username: Line = Field(examples=["support@example.org"], description="As the server knows it.")
    password_file: File | None = Field(default=None, description="Or the systemd credential imap-NAME.")
    folder: Line = "INBOX"
    desk: Line | None = Field(
        default=None, description="The desk of mail that names no address of ours; else the first."
    )
    after: Annotated[
        str | dict[str, Line],
        AfterValidator(_after),
        WithJsonSchema({"anyOf": [{"enum": ["leave", "mark"]}, {"type": "object", "required": ["move"]}]}),
    ] = Field(default="leave", description="What becomes of a mail that was taken.")
    aside: Line = Field(default="maild-aside", description="The folder for mail that cannot be taken.")
    oauth: OAuthForm | None = None


# A section of which every line is a comment.
def _header(value: str) -> str:
    """RFC 5322 section 2.2: printable ASCII but for the colon."""
    if not re.fullmatch(r"[!-9;-~]{1,100}", value):
        raise wrong(f"{value[:40]!r} is no name of a header", "write it like X-Spam-Flag")
    return value


class SpamForm(Strict):
    """Whose verdict on spam rules may ask for, by the condition  spam."""

    server: Line = Field(
        examples=["mx.example.org"], description="Your mail server, as its Received lines have it behind  by."
    )
    header: Annotated[str, AfterValidator(_header)] = Field(
        default="X-Spam-Flag", description="In which its filter writes; only above that Received line it counts."
    )
    received: int = Field(
        default=1, ge=1, le=10, description="Above which of the server's Received lines, 1: the topmost."
    )


def _command(value: list[str]) -> list[str]:
    if not value[0].startswith("/") or any("\0" in word for word in value):
        raise wrong(f"{value[0][:80]!r} is no program", "name it by its whole path: [/usr/local/bin/sms, --now]")
    return value


class PagerForm(Strict):
    """A program of yours that is run for each page of a critical case; it gets JSON on its standard input."""

    command: Annotated[list[str], AfterValidator(_command)] = Field(
        min_length=1,
        max_length=50,
        examples=["[/usr/local/bin/sms, --now]"],
        description="Its path and fixed words; no shell reads them.",
    )
    timeout: Seconds = Field(default=30, ge=1, le=600, description="It is ended after so long.")


_EMPTY = BeforeValidator(lambda value: {} if value is None else value)


class ConfigForm(Strict):
    """maild.yaml: sockets, database, relay.  A change needs a restart."""

    state: File = Field(default="state", description="Database, keys, control socket; $STATE_DIRECTORY wins.")
    rules: File = Field(default="rules", description="The folder of desks, people and routing.")
    templates: File = Field(default="templates", description="The folder of your own texts.")
    database: str = Field(default="", description="postgresql://...; left out: SQLite in the state folder.")
    door: Annotated[DoorForm, _EMPTY] = DoorForm()
    relay: Annotated[RelayForm, _EMPTY] = RelayForm()
    authenticators: Annotated[list[AuthenticatorForm], BeforeValidator(lambda x: [] if x is None else x)] = Field(
        default=[], description="How maild knows that From is true; without any, handlers' mail is not believed."
    )
    resolver: HostPort | None = Field(
        default=None, description="HOST:PORT of the name server to ask for keys of signatures; left out: the machine's."
    )
    health: Annotated[HealthForm, _EMPTY] = HealthForm()
    mailboxes: Annotated[list[MailboxForm], BeforeValidator(lambda x: [] if x is None else x)] = Field(
        default=[], description="Mail that is taken by IMAP."
    )
    admin: Address | None = Field(default=None, description="Gets mail to postmaster and alarms.")
    undo: Seconds = Field(default=60, description="How long an answer to a customer waits, for /undo.")
    burst: Seconds = Field(default=60, description="How long news for a handler is gathered.")
    spam: SpamForm | None = Field(default=None, description="Left out: nobody's word on spam counts.")
    pager: PagerForm | None = Field(default=None, description="Left out: pages are letters only.")
    receipts: Literal["commands", "errors", "all"] = Field(
        default="commands", description="Receipts for handlers: of commands, of errors only, or of all that they send."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="What is logged.")
