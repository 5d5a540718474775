"""config_schema: how maild.yaml becomes a Config.

read(path, environ) -> Config; RuleError with every problem as file:line:column.  Relative paths are relative to the file; a state
folder given by systemd ($STATE_DIRECTORY) wins; the relay's password comes from a file or a systemd credential, never from here.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from maild.config import Authenticator, Config, Door, Health, Pager, RelayTo, SpamFilter
from maild.config_forms import (
    CREDENTIAL,
    HOST,
    AuthenticatorForm,
    ConfigForm,
    DoorForm,
    HealthForm,
    PagerForm,
    RelayForm,
)
from maild.config_mailboxes import mailboxes
from maild.model.health import Wishes
from maild.policy.read import Path as YamlPath
from maild.policy.shape import fits
from maild.policy.source import Source, raise_all

# A UNIX socket's path: sun_path has 108 bytes with its final NUL.
LONGEST_SOCKET = 107


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
            _host(form.resolver) if form.resolver else None,
            form.admin,
            timedelta(seconds=form.undo),
            timedelta(seconds=form.burst),
            form.log_level,
            mailboxes=mailboxes(form.mailboxes, self),
            health=self._health(form.health),
            receipts=form.receipts,
            spam=SpamFilter(form.spam.server, form.spam.header, form.spam.received) if form.spam else None,
            pager=self._pager(form.pager) if form.pager else None,
        )

    def wrong(self, path: YamlPath, what: str, cure: str) -> None:
        """Something to mend, at that place or the nearest thing around it."""
        self._source.wrong(path, what, cure)

    def line(self, path: YamlPath) -> int:
        return self._source.place(path)[0]

    def secret(self, path: YamlPath, file: str) -> Path:
        """The file of a secret, absolute; it must be readable, and not by everybody."""
        self._secret(path, self._base / file)
        return self._base / file

    def is_loopback(self, host: str) -> bool:
        return _loopback(host)

    def _state(self, given: str) -> Path:
        # systemd may name several folders; the first is ours (systemd.exec(5)).
        named = self._environ.get("STATE_DIRECTORY", "").partition(":")[0]
        state = Path(named) if named else self._base / given
        self._socket(("state",), state / "control.sock")
        return state

    def _socket(self, path: YamlPath, socket: Path) -> Path:
        if len(str(socket).encode()) > LONGEST_SOCKET:
            what = f"the socket {socket} has a longer path than the {LONGEST_SOCKET} bytes that Linux takes"
            self.wrong(path, what, "choose a shorter folder")
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
            self.wrong(
                ("database",), f"{scheme}:// is no database that maild knows", "write postgresql://... or leave it out"
            )
        secret = ":" in rest.rpartition("@")[0] or re.search(r"[?&]password=", rest)
        if secret and self._open_to_all(Path(self._source.name)):
            cure = f"chmod 640 {self._source.name}, or leave the password to peer authentication or ~/.pgpass"
            self.wrong(("database",), "its password can be read by everybody on this machine", cure)
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
            self.wrong(
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
            self.wrong(("door", "certificate"), what, "name a PEM chain and the unencrypted key that belongs to it")

    def _relay(self, form: RelayForm) -> RelayTo:
        host, port = _host(form.host)
        if form.tls == "none" and not _loopback(host):
            what = f"letters would go to {host} unprotected"
            cure = "write tls: starttls (or implicit); without TLS only to this machine itself"
            self.wrong(("relay", "tls" if ("relay", "tls") in self._source.positions else "host"), what, cure)
        password = self._base / form.password_file if form.password_file else None
        if password:
            self._secret(("relay", "password_file"), password)
        if form.username and not password and not self.has_credential(CREDENTIAL):
            cure = f"add password_file, or the systemd credential {CREDENTIAL}"
            self.wrong(("relay", "username"), "a username without a password", cure)
        if password and not form.username:
            self.wrong(("relay", "password_file"), "a password without a username", "add username")
        give_up = timedelta(seconds=form.give_up)
        return RelayTo(host, port, form.tls, form.username, password, form.envelope, form.connections, give_up)

    def _health(self, form: HealthForm) -> Health:
        canary = form.canary
        every = timedelta(seconds=canary.every) if canary else None
        wishes = Wishes(every, timedelta(seconds=canary.within)) if canary else Wishes()
        if canary and canary.within >= canary.every:
            cure = "make within shorter than every"
            self.wrong(("health", "canary"), "the next mail to ourselves leaves before the last one is late", cure)
        where = ("health", "listen")
        if form.listen is None:
            return Health(mode=form.mode, wishes=wishes)
        if "/" in form.listen:
            return Health(path=self._socket(where, self._base / form.listen), mode=form.mode, wishes=wishes)
        if HOST.fullmatch(form.listen) is None:
            what = f"{form.listen[:80]!r} is neither an address with a port nor a path"
            self.wrong(where, what, "write it like 127.0.0.1:9110, or /run/maild/health for a UNIX socket")
            return Health(mode=form.mode, wishes=wishes)
        host, port = _host(form.listen)
        if not _loopback(host) and not form.public:
            what = f"on {host} others than this machine could read how we are"
            self.wrong(where, what, "listen on 127.0.0.1 or a UNIX socket; or say public: true if that is meant")
        return Health((host, port), mode=form.mode, wishes=wishes)

    def has_credential(self, name: str) -> bool:
        folder = self._environ.get("CREDENTIALS_DIRECTORY")
        return bool(folder) and (Path(str(folder)) / name).is_file()

    def _pager(self, form: PagerForm) -> Pager:
        """Also a program that is gone since is told here, and not only in the night when it should ring."""
        program, path = Path(form.command[0]), ("pager", "command")
        if not program.is_file():
            self.wrong(path, f"there is no program {program}", "write it, or name another; maild runs it by itself")
        elif not os.access(program, os.X_OK):
            self.wrong(path, f"{program} cannot be run", f"chmod a+x {program}, and let the user of maild reach it")
        elif program.stat().st_mode & stat.S_IWOTH:
            self.wrong(path, f"{program} can be changed by everybody on this machine", f"chmod o-w {program}")
        return Pager(tuple(form.command), timedelta(seconds=form.timeout))

    def _readable(self, path: YamlPath, file: Path) -> bool:
        try:
            with file.open("rb"):
                return True
        except OSError as error:
            self.wrong(
                path, f"{file} cannot be read: {error.strerror}", "name the file, or let the user of maild read it"
            )
        return False

    def _secret(self, path: YamlPath, file: Path) -> bool:
        if not self._readable(path, file):
            return False
        if self._open_to_all(file):
            self.wrong(path, f"{file} can be read by everybody on this machine", f"chmod 600 {file}")
        return True

    def _open_to_all(self, file: Path) -> bool:
        return bool(file.stat().st_mode & stat.S_IROTH)


def _authenticator(form: AuthenticatorForm) -> Authenticator:
    if form.authserv_id is not None:
        return Authenticator("authserv-id", form.authserv_id)
    if form.own_dkim:
        return Authenticator("own-dkim")
    if form.exchange_online:
        return Authenticator("exchange-online")
    if form.sasl_received is not None:
        return Authenticator("sasl-received", form.sasl_received)
    if form.arc is not None:
        return Authenticator("arc", sealers=tuple(domain.lower().rstrip(".") for domain in form.arc))
    return Authenticator("closed-network", networks=_networks(form.closed_network or []))


def _host(value: str) -> tuple[str, int]:
    match = HOST.fullmatch(value)
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
