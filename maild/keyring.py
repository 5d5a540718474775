"""keyring: the file of the site's keys, and how it changes while the daemon runs.

change(session, path, wanted, actor, now) -> Changed     rotate or revoke: the file, and the record of who did it
listing(session, keys) -> views                          what each key is, since when, and what it has signed
write(path, text)                                        whole or not at all, durable, owner only

The same functions serve the daemon (inside its writer) and a command that holds the lock because the daemon is down.
LIMITS  Nodes that share a PostgreSQL database share one key file: change it on one, copy it, SIGHUP the others.
"""

from __future__ import annotations

import os
import stat
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from maild.mail import token
from maild.model.events import Rekeyed
from maild.model.plan import Happened, Plan
from maild.model.recorded import Recorded
from maild.store import outbox
from maild.store.database import Session, iso, moment
from maild.store.record import record

REMINDER = "Make a backup now (maild backup): older ones lack this change."


class Unusable(Exception):
    """The key file is not as it must be; a sentence with the cure."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """verb: rotate, leaked or revoke.  key: the one to revoke.  secret: 32 octets of chance for a new one."""

    verb: str
    secret: bytes = b""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """Whether it was done, a sentence, and the keys as they are now."""

    ok: bool
    text: str
    keys: token.Keys


def load(path: Path) -> token.Keys:
    """The keys of the file; Unusable when others can read it or it is none."""
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Unusable(f"{path} can be read by others: whoever has it can write as your handlers (chmod 600 {path})")
    try:
        return token.parse(path.read_text())
    except ValueError as error:
        raise Unusable(f"{path} is no key file: {error} (restore it from the backup)") from error


def write(path: Path, text: str) -> None:
    """Beside, synced, renamed: at no instant is there half a file.  It keeps its owner, also when root changes it."""
    handle, name = tempfile.mkstemp(prefix=".keys-", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "w") as file:
            _own(handle, path if path.exists() else path.parent)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _own(handle: int, like: Path) -> None:
    if os.geteuid() == 0:
        owner = like.stat()
        os.fchown(handle, owner.st_uid, owner.st_gid)


def sync_folder(folder: Path) -> None:
    """Make the names in it durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# --- changes ----------------------------------------------------------------------------------------------------------------------


def change(session: Session, path: Path, wanted: Wanted, actor: str, now: datetime) -> Changed:
    """Inside a transaction of the caller's.  Asked twice with the same secret, it is done once."""
    text, keys = path.read_text(), load(path)
    if wanted.verb != "revoke" and keys.secrets[keys.current] == wanted.secret:
        return Changed(True, _said(wanted, keys.current), keys)
    try:
        key, after = _changed(text, keys, wanted)
    except ValueError as error:
        return Changed(False, str(error), keys)
    _remember(session, wanted, key, actor, now)
    write(path, after)
    return Changed(True, _said(wanted, key), token.parse(after))


def _changed(text: str, keys: token.Keys, wanted: Wanted) -> tuple[str, str]:
    """The key that it is about, and the file as it will be."""
    if wanted.verb == "revoke":
        if wanted.key in keys.revoked:
            raise ValueError(f"{wanted.key} is revoked already")
        return wanted.key, token.revoke(text, wanted.key)
    key = token.next_id(keys)
    return key, token.rotate(text, wanted.secret, key, "identify" if wanted.verb == "leaked" else "good")


def _remember(session: Session, wanted: Wanted, key: str, actor: str, now: datetime) -> None:
    rekeyed = Recorded(0, now, actor, "keys", Rekeyed(_WHAT[wanted.verb], key))
    record(session, Plan(events=(Happened(None, rekeyed),)), now, "")
    if wanted.verb != "revoke":
        note_made(session, key, now)


def note_made(session: Session, key: str, now: datetime) -> None:
    """A key's birthday, for the list."""
    session.execute(
        "INSERT INTO setting(key, value) VALUES (?, ?) ON CONFLICT(key) DO NOTHING", (f"key_made:{key}", iso(now))
    )


_WHAT = {"rotate": "rotated", "leaked": "leaked", "revoke": "revoked"}


def _said(wanted: Wanted, key: str) -> str:
    return {
        "rotate": f"new letters are signed with key {key}; addresses signed before stay good",
        "leaked": f"new letters are signed with key {key}; addresses signed before still find their case, and prove nothing",
        "revoke": f"key {key} is worth nothing any more: addresses signed with it are plain addresses",
    }[wanted.verb]


# --- looking ----------------------------------------------------------------------------------------------------------------------


def listing(session: Session, keys: token.Keys) -> list[dict[str, Any]]:
    """Oldest first.  No part of a secret is in it."""
    made = dict(session.all("SELECT key, value FROM setting WHERE key LIKE 'key_made:%'"))
    signed = {row[0]: row[1:] for row in outbox.signed(session)}
    return [
        {
            "id": key,
            "role": keys.role(key),
            "made": made.get(f"key_made:{key}"),
            "letters": int(signed.get(key, (0,))[0]),
            "last_signed": iso(moment(signed[key][1])) if key in signed else None,
        }
        for key in keys.secrets
    ]
