"""founding: what must stand before a daemon or a command can work on a site: lock, database, key, policy.

found(config) -> Site, with migrations applied and the only lock held;  CannotStart says in a sentence why not, and with which
exit code (sysexits.h: 75 try later, 78 configuration).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from maild import keyring, notify, places, policies
from maild.config import Config
from maild.errors import WARNING, Problem, RuleError
from maild.mail import token
from maild.model.limits import Filter, Limits
from maild.model.policy import Policy
from maild.policy import build, door, texts
from maild.policy.source import nearest
from maild.rule_tests import failures
from maild.store import migrate, used
from maild.store.database import (
    Database,
    NotDurable,
    Session,
    brief,
    is_damage,
    is_database_error,
    is_unwritable,
    unwrapped,
)
from maild.store.policies import Use

EX_TEMPFAIL, EX_CONFIG = 75, 78
RESTORE = "restore the newest backup with `maild restore BACKUP --force`"


class CannotStart(Exception):
    """A sentence for the admin, and the exit code."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Site:
    """A site ready to run.  lock is an open file descriptor: it lives as long as the process."""

    database: Database
    policy: Policy
    keys: token.Keys
    digest_key: bytes
    relay_password: str | None
    lock: int


def found(config: Config) -> Site:
    """All of it, or CannotStart / RuleError."""
    policy = load_policy(config)
    lock = take_lock(config.state)
    if config.restoring.exists():
        raise CannotStart(
            EX_CONFIG,
            f"a restore did not come to its end: run it again (or, if you know better, rm {config.restoring})",
        )
    database = Database(config.database)
    refuse_lost(database, config.keys)
    apply_migrations(database)
    keys = own_keys(database.session(), config.keys)
    database.close()
    return Site(database, policy, keys, next(iter(keys.secrets.values())), relay_password(config), lock)


# --- policy ---------------------------------------------------------------------------------------------------------------------


def load_policy(config: Config) -> Policy:
    """The policy of the files as they are now; RuleError with every problem."""
    policy = build.load(
        config.rules, lambda: texts.load(config.templates, places.shipped("templates")), limits_of(config)
    )
    lost = desks_of_mailboxes(config, policy)
    if lost:
        raise RuleError(*lost)
    return replace(policy, admin=config.admin)


def limits_of(config: Config) -> Limits:
    """What of a policy stands in maild.yaml."""
    spam = config.spam
    filter = Filter(spam.server, spam.header, spam.received) if spam else None
    return Limits(undo=config.undo, burst=config.burst, receipts=config.receipts, filter=filter)


def desks_of_mailboxes(config: Config, policy: Policy) -> list[Problem]:
    """Each mailbox's desk must be one of desks.yaml, and in use."""
    return [
        Problem(
            str(config.file),
            box.line,
            1,
            f"the mailbox {box.name!r} belongs to {box.desk!r}, which is no desk in use",
            nearest(box.desk, (key for key, desk in policy.desks.items() if not desk.retired)),
        )
        for box in config.mailboxes
        if box.desk and (box.desk not in policy.desks or policy.desks[box.desk].retired)
    ]


def unasked_door(config: Config, policy: Policy) -> list[Problem]:
    """Rules of the door where mail comes in by ways that cannot refuse it."""
    ways = [*(["LMTP"] if config.door.lmtp else []), *(["a mailbox"] if config.mailboxes else [])]
    if not policy.door or not ways:
        return []
    what = f"mail by {' or '.join(ways)} is not refused by these rules: it was taken already"
    cure = "let your mail server refuse it, or use discard in routing.yaml"
    return [Problem(door.FILE, 1, 1, what, cure, severity=WARNING)]


def reload_policy(config: Config) -> Policy:
    """The policy of the files; RuleError with what load_policy says, or where a test beside a rule fails."""
    policy = load_policy(config)
    failed = [problem for problem in failures(policy, config.rules) if not problem.warning]
    if failed:
        raise RuleError(*failed)
    return policy


def remember_policy(session: Session, policy: Policy, node: str, now: datetime) -> Use:
    """Keep its files and put it in force; RuleError when open cases use a desk or a handler that is gone."""
    refuse_gone(session, policy)
    return policies.remember(session, policy, node, now)


def refuse_gone(session: Session, policy: Policy) -> None:
    """RuleError with what open cases use and this policy no longer has."""
    gone = used.gone(session, policy)
    if gone:
        raise RuleError(*gone)


def node_of(config: Config) -> str:
    """This daemon among those of its database: the same after a restart."""
    return f"{socket.gethostname()}:{config.state}"


# --- lock and database ----------------------------------------------------------------------------------------------------------


def take_lock(state: Path) -> int:
    """Be the only one on this state folder; CannotStart 75 when somebody else is."""
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(state / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        give_to_owner(state / "lock")
    except OSError as error:
        raise CannotStart(
            EX_CONFIG, f"the state folder {state} cannot be used: {error.strerror} (make it writable for this user)"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise CannotStart(
            EX_TEMPFAIL, f"another maild works on {state} (stop it first, or let it do the work)"
        ) from error
    return lock


def give_to_owner(path: Path) -> None:
    """What root makes in the state folder of the user maild, a command before the daemon's first start, is that user's."""
    owner = path.parent.stat()
    if os.geteuid() == 0 and owner.st_uid:
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def apply_migrations(database: Database) -> tuple[str, ...]:
    """The names of what was applied; CannotStart when the database is newer, forgetful or away."""
    if database.sqlite and not Path(database.url).exists():
        # Before SQLite opens it: then its log belongs to the same user from the start.
        with contextlib.suppress(OSError):
            os.close(os.open(database.url, os.O_CREAT | os.O_WRONLY, 0o600))
            give_to_owner(Path(database.url))
    return _sober(lambda: migrate.up(database, places.shipped("migrations")))


def refuse_lost(database: Database, keys: Path) -> None:
    """CannotStart when the file of the database is gone and its keys are there: an empty one in its place would hide the loss."""
    if not database.sqlite or not keys.exists():
        return
    file = Path(database.url)
    if not file.exists() or not file.stat().st_size:
        anew = f"to begin with nothing, move {keys} away"
        raise CannotStart(EX_CONFIG, f"the database {file} is missing: {RESTORE} ({anew})")


def pending_migrations(database: Database) -> tuple[str, ...]:
    """The names of what is not applied yet; CannotStart as above."""
    return _sober(lambda: migrate.pending(database, places.shipped("migrations")))


def _sober(work: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    try:
        return work()
    except (migrate.Newer, NotDurable) as error:
        raise CannotStart(EX_CONFIG, str(error)) from error
    except Exception as error:
        told = cannot_use(error)
        if told is None:
            raise
        raise told from error


def cannot_use(error: Exception) -> CannotStart | None:
    """The sentence for an error of the database; None for a bug."""
    inner = unwrapped(error)
    if is_damage(inner):
        return CannotStart(EX_CONFIG, f"the database is damaged ({brief(inner)}): {RESTORE}")
    if is_unwritable(inner):
        why = f"{brief(inner)}: file and folder must belong to the user that maild runs as"
        return CannotStart(EX_CONFIG, f"the database cannot be written ({why})")
    if is_database_error(inner) or type(error).__module__.startswith("peewee"):
        return CannotStart(EX_TEMPFAIL, f"the database cannot be used: {error}".strip())
    return None


# --- keys -----------------------------------------------------------------------------------------------------------------------


def load_keys(path: Path) -> token.Keys:
    """The keys behind every signed address; CannotStart when the file is not as it must be."""
    try:
        return keyring.load(path)
    except FileNotFoundError as error:
        raise CannotStart(EX_CONFIG, f"{path} is missing: {_RESTORE_KEYS}") from error
    except keyring.Unusable as error:
        raise CannotStart(EX_CONFIG, str(error)) from error


_RESTORE_KEYS = "restore state/keys from the same backup as the database"


def own_keys(session: Session, path: Path) -> token.Keys:
    """The keys of this database, made at its first start.  With others every address that is out there would be dead, silently."""
    row = session.one("SELECT value FROM setting WHERE key='key_fingerprint'")
    if row is None and not path.exists():
        keyring.write(path, token.fresh(secrets.token_bytes(32), "aa"))
        give_to_owner(path)
        keyring.note_made(session, "aa", datetime.now(UTC))
    keys = load_keys(path)
    mine = token.fingerprint(keys)
    if row is None:
        session.execute("INSERT INTO setting(key, value) VALUES ('key_fingerprint', ?)", (mine,))
    elif row[0] != mine:
        raise CannotStart(EX_CONFIG, f"the key file does not belong to this database: {_RESTORE_KEYS}")
    return keys


def reload_keys(config: Config, before: token.Keys) -> token.Keys:
    """The keys as the file has them now; a file of another site leaves those that are in force."""
    keys = load_keys(config.keys)
    if token.fingerprint(keys) != token.fingerprint(before):
        raise CannotStart(EX_CONFIG, f"the key file does not belong to this database: {_RESTORE_KEYS}")
    return keys


def relay_password(config: Config) -> str | None:
    """From the credential `relay-password`, else the configured file."""
    given = notify.credential("relay-password")
    if given is not None:
        return given.decode().strip()
    return config.relay.password_file.read_text().strip() if config.relay.password_file else None
