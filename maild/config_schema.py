"""config_schema: the form of maild.yaml, and how it becomes a Config.

read(path, environ) -> Config; RuleError with every problem as file:line:column.  Relative paths are relative to the file; a state
folder given by systemd ($STATE_DIRECTORY) wins; the relay's password comes from a file or a systemd credential, never from here.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, WithJsonSchema, model_validator

from maild.config import Authenticator, Config, Door, RelayTo
from maild.policy.read import Path as YamlPath
from maild.policy.shape import Address, Line, Lines, Seconds, Strict, fits, wrong
from maild.policy.source import Source, raise_all

CREDENTIAL = "relay-password"
# A UNIX socket's path: sun_path has 108 bytes with its final NUL.
LONGEST_SOCKET = 107
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,253})):([0-9]{1,5})")
_SIZE = re.compile(r"([0-9]{1,12})\s*(B|kB|MB|GB)?")
_UNITS = {None: 1, "B": 1, "kB": 1000, "MB": 1_000_000, "GB": 1_000_000_000}


def _host_port(value: str) -> str:
    match = _HOST.fullmatch(value)
    if match is None or int(match[3]) > 65_535:
        raise wrong(f"{value[:80]!r} is no address with a port", "write it like 127.0.0.1:25 or [::1]:25")
    return value


def _network(value: str) -> str:
    try:
        ip_network(value)
    except ValueError as error:
        raise wrong(f"{value[:60]!r} is no network: {error}", "write it like 192.0.2.0/24 or 2001:db8::/32") from None
    return value


def _size(value: Any) -> int:
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if match is None:
        raise wrong(f"{str(value)[:40]!r} is no size", "write a number of bytes, or with kB, MB or GB: 35MB")
    return int(match[1]) * _UNITS[match[2]]


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
Size = Annotated[int, BeforeValidator(_size), WithJsonSchema({"type": ["integer", "string"]})]
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
    message_size: Size = 35_000_000
    connections: int = Field(default=500, ge=1)
    connections_per_address: int = Field(default=20, ge=1)
    recipients: int = Field(default=100, ge=1)
    commands: int = Field(default=1000, ge=10)
    idle: Seconds = 300
    stressed_idle: Seconds = 60
    in_flight: Size = 200_000_000
    hops: int = Field(default=50, ge=5, le=1000)
    min_free: Size = 100_000_000
    trusted: Networks = Field(default=[], description="Not held to the limit per address.")


class RelayForm(Strict):
    """Where letters go: your mail server."""

    host: HostPort = Field(default="127.0.0.1:25", description="Its address and port.")
    tls: Literal["none", "starttls", "implicit"] = Field(default="none", description="none: loopback only.")
    username: str = ""
    password_file: File | None = Field(default=None, description=f"Or the systemd credential {CREDENTIAL}.")
    envelope: Literal["signed", "desk"] = Field(default="signed", description="The sender that bounces go to.")
    connections: int = Field(default=4, ge=1, le=32)
    give_up: Seconds = 432_000


class AuthenticatorForm(Strict):
    """One way to believe From."""

    authserv_id: Line | None = Field(default=None, alias="authserv-id", description="The id of your mail server.")
    closed_network: Networks | None = Field(default=None, alias="closed-network", description="Clients from here.")

    @model_validator(mode="after")
    def one_way(self) -> AuthenticatorForm:
        if (self.authserv_id is None) == (self.closed_network is None):
            cure = "write  - authserv-id: mx.example.org  or  - closed-network: [192.0.2.0/24]"
            raise wrong("must be one way to believe From", cure)
        return self


# A section of which every line is a comment.
_EMPTY = BeforeValidator(lambda value: {} if value is None else value)


class ConfigForm(Strict):
    """maild.yaml: sockets, database, relay.  A change needs a restart."""

    state: File = Field(default="state", description="Database, keys, control socket; $STATE_DIRECTORY wins.")
    rules: File = "rules"
    templates: File = "templates"
    database: str = Field(default="", description="postgresql://...; left out: SQLite in the state folder.")
    door: Annotated[DoorForm, _EMPTY] = DoorForm()
    relay: Annotated[RelayForm, _EMPTY] = RelayForm()
    authenticators: Annotated[list[AuthenticatorForm], BeforeValidator(lambda x: [] if x is None else x)] = Field(
        default=[]
    )
    admin: Address | None = Field(default=None, description="Gets mail to postmaster and alarms.")
    undo: Seconds = Field(default=60, description="How long an answer to a customer waits, for /undo.")
    burst: Seconds = Field(default=60, description="How long news for a handler is gathered.")
    log_level: Literal["debug", "info", "warning", "error"] = "info"


def read(path: Path, environ: Mapping[str, str]) -> Config:
    """RuleError with every problem."""
    source = Source.open(path, str(path), f"maild init {path.parent}")
    form = None if source.problems else fits(ConfigForm, source, (), source.document or {})
    if form is None:
        raise_all([source])
    assert form is not None
    reader = _Reader(source, path.absolute().parent, environ)
    config = reader.config(path, form)
    raise_all([source])
    return config


class _Reader:
    """Paths made absolute, and what only the machine can tell."""

    def __init__(self, source: Source, base: Path, environ: Mapping[str, str]) -> None:
        self._source, self._base, self._environ = source, base, environ

    def config(self, path: Path, form: ConfigForm) -> Config:
        state = self._state(form.state)
        return Config(
            path.absolute(),
            state,
            self._base / form.rules,
            self._base / form.templates,
            self._database(form.database, state),
            self._door(form.door),
            self._relay(form.relay),
            tuple(map(_authenticator, form.authenticators)),
            form.admin,
            timedelta(seconds=form.undo),
            timedelta(seconds=form.burst),
            form.log_level,
        )

    def _wrong(self, path: YamlPath, what: str, cure: str) -> None:
        self._source.wrong(path, what, cure)

    def _state(self, given: str) -> Path:
        # systemd may name several folders; the first is ours (systemd.exec(5)).
        named = self._environ.get("STATE_DIRECTORY", "").partition(":")[0]
        state = Path(named) if named else self._base / given
        self._socket(("state",), state / "control.sock")
        return state

    def _socket(self, path: YamlPath, socket: Path) -> Path:
        if len(str(socket).encode()) > LONGEST_SOCKET:
            what = f"the socket {socket} has a longer path than the {LONGEST_SOCKET} bytes that Linux takes"
            self._wrong(path, what, "choose a shorter folder")
        return socket

    def _database(self, given: str, state: Path) -> str:
        if not given:
            return str(state / "maild.sqlite")
        scheme, there, rest = given.partition("://")
        if not there:
            return str(self._base / given)
        if scheme == "sqlite":
            return str(self._base / rest.removeprefix("/")) if not rest.startswith("//") else rest[1:]
        if scheme not in ("postgresql", "postgres"):
            self._wrong(
                ("database",), f"{scheme}:// is no database that maild knows", "write postgresql://... or leave it out"
            )
        secret = ":" in rest.rpartition("@")[0] or re.search(r"[?&]password=", rest)
        if secret and self._open_to_all(Path(self._source.name)):
            cure = f"chmod 640 {self._source.name}, or leave the password to peer authentication or ~/.pgpass"
            self._wrong(("database",), "its password can be read by everybody on this machine", cure)
        return given

    def _door(self, form: DoorForm) -> Door:
        certificate, key = self._tls(form)
        return Door(
            _host(form.smtp) if form.smtp else None,
            self._socket(("door", "lmtp"), self._base / form.lmtp) if form.lmtp else None,
            form.lmtp_mode,
            form.hostname,
            certificate,
            key,
            form.message_size,
            form.connections,
            form.connections_per_address,
            form.recipients,
            form.commands,
            timedelta(seconds=form.idle),
            timedelta(seconds=form.stressed_idle),
            form.in_flight,
            form.hops,
            form.min_free,
            _networks(form.trusted),
        )

    def _tls(self, form: DoorForm) -> tuple[Path | None, Path | None]:
        if form.certificate is None and form.key is None:
            return None, None
        if form.certificate is None or form.key is None:
            here, other = ("certificate", "key") if form.certificate else ("key", "certificate")
            self._wrong(
                ("door", here), f"{here} needs {other} beside it", f"add {other}, or remove both: no STARTTLS then"
            )
            return None, None
        certificate, key = self._base / form.certificate, self._base / form.key
        if self._readable(("door", "certificate"), certificate) and self._secret(("door", "key"), key):
            self._pair(certificate, key)
        return certificate, key

    def _pair(self, certificate: Path, key: Path) -> None:
        import ssl

        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
        except (OSError, ValueError) as error:
            what = f"certificate and key cannot be used: {getattr(error, 'reason', None) or error}"
            self._wrong(("door", "certificate"), what, "name a PEM chain and the unencrypted key that belongs to it")

    def _relay(self, form: RelayForm) -> RelayTo:
        host, port = _host(form.host)
        if form.tls == "none" and not _loopback(host):
            what = f"letters would go to {host} unprotected"
            cure = "write tls: starttls (or implicit); without TLS only to this machine itself"
            self._wrong(("relay", "tls" if ("relay", "tls") in self._source.positions else "host"), what, cure)
        password = self._base / form.password_file if form.password_file else None
        if password:
            self._secret(("relay", "password_file"), password)
        if form.username and not password and not self._credential():
            cure = f"add password_file, or the systemd credential {CREDENTIAL}"
            self._wrong(("relay", "username"), "a username without a password", cure)
        if password and not form.username:
            self._wrong(("relay", "password_file"), "a password without a username", "add username")
        give_up = timedelta(seconds=form.give_up)
        return RelayTo(host, port, form.tls, form.username, password, form.envelope, form.connections, give_up)

    def _credential(self) -> bool:
        folder = self._environ.get("CREDENTIALS_DIRECTORY")
        return bool(folder) and (Path(str(folder)) / CREDENTIAL).is_file()

    def _readable(self, path: YamlPath, file: Path) -> bool:
        try:
            with file.open("rb"):
                return True
        except OSError as error:
            self._wrong(
                path, f"{file} cannot be read: {error.strerror}", "name the file, or let the user of maild read it"
            )
        return False

    def _secret(self, path: YamlPath, file: Path) -> bool:
        if not self._readable(path, file):
            return False
        if self._open_to_all(file):
            self._wrong(path, f"{file} can be read by everybody on this machine", f"chmod 600 {file}")
        return True

    def _open_to_all(self, file: Path) -> bool:
        return bool(file.stat().st_mode & stat.S_IROTH)


def _authenticator(form: AuthenticatorForm) -> Authenticator:
    if form.authserv_id is not None:
        return Authenticator("authserv-id", form.authserv_id)
    return Authenticator("closed-network", networks=_networks(form.closed_network or []))


def _host(value: str) -> tuple[str, int]:
    match = _HOST.fullmatch(value)
    assert match is not None
    return match[1] or match[2], int(match[3])


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _networks(values: list[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(x) for x in values)


def schema() -> dict[str, Any]:
    """JSON Schema of maild.yaml, for editors."""
    from maild.policy.schema import DIALECT

    return {"$schema": DIALECT, **TypeAdapter(ConfigForm).json_schema(), "title": "maild.yaml"}
