"""files: who may read and write what the site is made of.

LIMITS  Modes and owners only; access control lists are not looked at.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from maild.cli.doctor.finding import Finding, Unseen, error, note, ok, warning
from maild.cli.doctor.ground import Ground
from maild.config import Config

_GROUP, _OTHERS = stat.S_IRWXG, stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWOTH


def permissions(ground: Ground) -> list[Finding]:
    """Who may read the state, the keys and the passwords, and who may use the sockets."""
    config = ground.config
    if not config.state.exists():
        return [*_written_by_others(config), note(f"there is no state folder {config.state} yet", "", "maild run")]
    if not os.access(config.state, os.R_OK | os.X_OK):
        owner = _owner(config.state)
        raise Unseen(f"{config.state} is closed to this user: run this as {owner} or as root")
    findings = [
        *_run_as(config.state),
        *_state(config),
        *_keys(config),
        *_password(config),
        *_sockets(config),
        *_written_by_others(config),
    ]
    return findings or [ok(f"the state, the keys and the sockets are {_owner(config.state)}'s alone")]


def _run_as(state: Path) -> Iterator[Finding]:
    owner, me = state.stat().st_uid, os.geteuid()
    if me not in (0, owner):
        yield warning(
            f"this runs as {_name(me)}, but the site belongs to {_owner(state)}",
            "a daemon of the wrong user cannot write there, and leaves files that the right one cannot",
            f"run maild as {_owner(state)}: runuser -u {_owner(state)} -- maild ...",
        )


def _state(config: Config) -> Iterator[Finding]:
    state = config.state
    mode = state.stat().st_mode
    if mode & _OTHERS or mode & stat.S_IWGRP:
        yield (error if mode & _OTHERS else warning)(
            f"{state} is open to others (mode {stat.S_IMODE(mode):04o})",
            "all mail is in it, and nothing else guards the database",
            f"chmod 700 {state}",
        )
    strange = [path for path in sorted(state.iterdir()) if path.lstat().st_uid != state.stat().st_uid]
    if strange:
        yield error(
            f"{', '.join(p.name for p in strange[:5])} in {state} {'belong' if len(strange) > 1 else 'belongs'} to "
            f"{_owner(strange[0])}, not to {_owner(state)}",
            "the daemon cannot use what is not its own",
            f"chown -R {_owner(state)}: {state}",
        )


def _keys(config: Config) -> Iterator[Finding]:
    path = config.keys
    if not path.exists():
        yield note(f"there are no keys yet at {path}", "the first start makes them", "maild run")
    elif path.stat().st_mode & (_GROUP | _OTHERS):
        yield error(
            f"{path} can be read by others (mode {stat.S_IMODE(path.stat().st_mode):04o})",
            "whoever has the keys can write as your handlers, and the daemon refuses to start",
            f"chmod 600 {path}",
        )


def _password(config: Config) -> Iterator[Finding]:
    path = config.relay.password_file
    if path is None or not path.exists():
        return
    mode = path.stat().st_mode
    if mode & (_GROUP | _OTHERS) & ~stat.S_IRGRP:
        yield error(f"{path} can be read or written by others", "it is the password of the relay", f"chmod 600 {path}")


def _sockets(config: Config) -> Iterator[Finding]:
    control = config.control
    if control.exists() and control.stat().st_mode & (_GROUP | _OTHERS):
        yield error(
            f"{control} is open to others",
            "whoever can write to it gives the daemon orders",
            f"chmod 600 {control}",
        )
    lmtp = config.door.lmtp
    if lmtp is None or not lmtp.is_socket():
        return
    found = lmtp.stat()
    group = _group(found.st_gid)
    if found.st_mode & stat.S_IWOTH:
        yield note(
            f"everybody on this machine may hand in mail at {lmtp}",
            "what comes in there is believed to come from your mail server",
            'write in maild.yaml: lmtp_mode: "0660"',
        )
    elif not found.st_mode & stat.S_IWGRP or _lonely(found.st_gid, found.st_uid):
        yield warning(
            f"only {_name(found.st_uid)} may use {lmtp} (group {group})",
            "the mail server runs as another user and cannot hand its mail over",
            f'chgrp postfix {lmtp.parent} && chmod 2710 {lmtp.parent}, lmtp_mode: "0660" in maild.yaml, and start maild again',
            group=group,
        )


def _lonely(gid: int, uid: int) -> bool:
    """A group with nobody in it but the owner."""
    try:
        members = {pwd.getpwnam(name).pw_uid for name in grp.getgrgid(gid).gr_mem}
    except KeyError:
        members = set()
    return not members - {uid} and gid == _primary(uid)


def _primary(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return -1


def _written_by_others(config: Config) -> Iterator[Finding]:
    """Who can write the rules decides who gets the mail."""
    for path in (config.file, config.rules, config.templates):
        if path.exists() and path.stat().st_mode & _OTHERS_WRITE:
            yield error(
                f"{path} can be written by everybody on this machine",
                "who writes the rules decides who reads the mail",
                f"chmod -R o-w {path}",
            )


def _owner(path: Path) -> str:
    return _name(path.lstat().st_uid)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
