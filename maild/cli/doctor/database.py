"""database: does it keep what it promised, is it whole, and is it ours.

LIMITS  SQLite is looked through for 5 s; what is larger is only begun, and the finding says so.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from maild import places
from maild.cli.doctor.finding import Finding, Unseen, error, note, ok, warning
from maild.cli.doctor.ground import Ground, looking, stranger
from maild.cli.terminal import one_line, size
from maild.mail import token
from maild.store import migrate
from maild.store.database import Database, Session

QUICK_CHECK = 5.0
_STEPS = 20_000
_LARGE_LOG = 256_000_000
_LARGE_WASTE = 100_000_000
# https://www.postgresql.org/support/versioning/: the last day of each.
_ENDS = {
    13: date(2025, 11, 13),
    14: date(2026, 11, 12),
    15: date(2027, 11, 11),
    16: date(2028, 11, 9),
    17: date(2029, 11, 8),
    18: date(2030, 11, 14),
}
_OLDEST = 13


def database(ground: Ground) -> list[Finding]:
    """Whether the database can be reached, is whole, and keeps what it promised over a power cut."""
    config = ground.config
    made = Database(config.database)
    if made.sqlite and not Path(made.url).exists():
        return [note(f"there is no database yet at {made.url}", "the first start makes it", "maild run")]
    try:
        made.peewee.connect()
        session = Session(made)
        findings = list(_sqlite(session, Path(made.url)) if made.sqlite else _postgresql(session, ground.now))
    except Exception as problem:
        if not stranger(problem):
            raise
        return [_away(made, one_line(problem))]
    finally:
        made.close()
    good = "SQLite: every commit is on disk before it is promised, and the file is whole" if made.sqlite else ""
    return findings or [ok(good or "PostgreSQL: every commit is on disk before it is promised")]


def _away(made: Database, reason: str) -> Finding:
    if made.sqlite:
        broken = "malformed" in reason or "not a database" in reason
        cure = "restore the newest backup; what is lost: sqlite3 FILE .recover" if broken else f"ls -l {made.url}*"
        return error(f"{made.url}: {reason}", "no mail can be taken", cure)
    return error(
        f"PostgreSQL does not let us in: {reason[:300]}",
        "mail is put off (451) until it does",
        "systemctl status postgresql; psql as the user of maild tells more",
    )


# --- SQLite ---------------------------------------------------------------------------------------------------------------------


def _sqlite(session: Session, file: Path) -> Iterator[Finding]:
    mode, synchronous = _pragma(session, "journal_mode"), int(str(_pragma(session, "synchronous")))
    if mode != "wal" or synchronous < 2:
        yield error(
            f"SQLite opens {file} with journal_mode={mode}, synchronous={synchronous}",
            "a mail that was taken could be lost in a power cut",
            "move the file to a local disk where its write-ahead log can stand beside it",
        )
    yield from _whole(session, file)
    waste = int(str(_pragma(session, "freelist_count"))) * int(str(_pragma(session, "page_size")))
    if waste > _LARGE_WASTE and waste * 4 > file.stat().st_size:
        yield note(
            f"{size(waste)} of {size(file.stat().st_size)} in {file.name} are empty",
            "they are used again, but not given back",
            f"with maild stopped: sqlite3 {file} VACUUM",
            waste=waste,
        )
    log = file.with_name(f"{file.name}-wal")
    if log.exists() and log.stat().st_size > _LARGE_LOG:
        yield warning(
            f"{log.name} has grown to {size(log.stat().st_size)}",
            "somebody reads without an end, so that it cannot be put into the database",
            f"fuser -v {file} shows who; end what is not maild",
            log=log.stat().st_size,
        )


def _pragma(session: Session, name: str) -> object:
    row = session.one(f"PRAGMA {name}")
    return row[0] if row else ""


def _whole(session: Session, file: Path, seconds: float = QUICK_CHECK) -> Iterator[Finding]:
    """PRAGMA quick_check until the patience ends: it reads every page."""
    end = time.monotonic() + seconds
    connection = session.database.peewee.connection()
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        rows = [str(row[0]) for row in session.all("PRAGMA quick_check(5)")]
    except Exception as problem:
        if "interrupted" not in str(problem):
            raise
        yield note(
            f"{file.name} is too large to be looked through in {seconds:.0f} s",
            "nothing was wrong so far",
            f"at a quiet hour: sqlite3 {file} 'PRAGMA quick_check'",
        )
        return
    finally:
        connection.set_progress_handler(None, 0)
    if rows != ["ok"]:
        yield error(
            f"{file} is damaged: {one_line(rows[0])}",
            "cases and mails in it may be lost",
            "stop maild, keep a copy of the file, and restore the newest backup; see also: sqlite3 FILE .recover",
            rows=rows,
        )


# --- PostgreSQL -----------------------------------------------------------------------------------------------------------------


def _postgresql(session: Session, now: datetime) -> Iterator[Finding]:
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if _show(session, name) == "off":
            yield error(
                f"PostgreSQL has {name} = off",
                "after a power cut the database may be broken"
                if name != "synchronous_commit"
                else "a mail that was taken could be lost in a power cut",
                f"as its superuser: ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf();",
                setting=name,
            )
    if _show(session, "server_encoding") != "UTF8":
        yield error(
            f"the database is in {_show(session, 'server_encoding')}",
            "mails in other scripts could not be stored",
            "make a new one: createdb -E UTF8 -T template0 maild",
        )
    standby = session.one("SELECT pg_is_in_recovery()")
    if standby and standby[0]:
        yield error(
            "this PostgreSQL is a standby",
            "nothing can be written to it",
            "name the primary in database: of maild.yaml",
        )
    yield from judge_version(int(_show(session, "server_version_num")) // 10_000, now.date())


def _show(session: Session, name: str) -> str:
    row = session.one(f"SHOW {name}")
    return str(row[0]) if row else ""


def judge_version(major: int, today: date) -> Iterator[Finding]:
    ends = _ENDS.get(major)
    if major < _OLDEST or (ends is not None and ends < today):
        yield warning(
            f"PostgreSQL {major} is no longer looked after",
            "faults that are found in it stay",
            "pg_upgradecluster to a newer one (https://www.postgresql.org/support/versioning/)",
            version=major,
        )


# --- is it ours -----------------------------------------------------------------------------------------------------------------


def schema(ground: Ground) -> list[Finding]:
    """Whether the database has this release's tables."""
    with looking(ground.config) as session:
        try:
            pending = migrate.pending(session.database, places.shipped("migrations"))
        except migrate.Newer as problem:
            return [error(str(problem), "the daemon does not start with it", "install the newer maild")]
    if pending:
        return [
            warning(
                f"{len(pending)} migrations are pending: {', '.join(pending)}",
                "commands may not find their tables",
                "restart the daemon, or with it stopped: maild migrate",
                pending=list(pending),
            )
        ]
    return [ok("the tables are those of this release")]


def keys(ground: Ground) -> list[Finding]:
    """Whether the keys of the signed addresses belong to this database."""
    path = ground.config.keys
    try:
        mine = token.fingerprint(token.parse(path.read_text("utf-8")))
    except FileNotFoundError:
        raise Unseen("there are no keys yet") from None
    except PermissionError:
        raise Unseen(f"{path} cannot be read by this user") from None
    except ValueError as problem:
        return [error(f"{path} is no key file: {problem}", "the daemon does not start", "restore it from the backup")]
    with looking(ground.config) as session:
        row = session.one("SELECT value FROM setting WHERE key='key_fingerprint'")
    if row is not None and row[0] != mine:
        return [
            error(
                f"{path} does not belong to this database",
                "every signed address that is out there is dead, and the daemon does not start",
                f"restore {path} from the same backup as the database",
            )
        ]
    return [ok("the keys belong to this database")]


def queues(ground: Ground) -> list[Finding]:
    """Mails and letters that are held or given up."""
    with looking(ground.config) as session:
        rows = session.all(
            "SELECT 'mail', count(*) FROM incoming WHERE state='held' UNION ALL"
            " SELECT 'letter', count(*) FROM outbox WHERE state='held'"
        )
    findings = [
        warning(
            f"{count} {word}{'s are' if count > 1 else ' is'} held",
            "something unforeseen happened with it; the rest goes on",
            "maild queue list, maild queue show ID, and after the cure: maild queue retry ID",
            held=count,
        )
        for word, count in rows
        if count
    ]
    return findings or [ok("nothing is held")]


def backup(ground: Ground) -> list[Finding]:
    """How old the newest backup is."""
    with looking(ground.config) as session:
        row = session.one("SELECT value FROM setting WHERE key='last_backup'")
    return [judge_backup(str(row[0]) if row else "", ground.now)]


def judge_backup(written: str, now: datetime) -> Finding:
    why, cure = (
        "a disk that dies would take every case with it",
        "maild backup FOLDER, daily by cron or a systemd timer",
    )
    try:
        age = now - datetime.fromisoformat(written)
    except (ValueError, TypeError):
        return warning("no backup is on record", why, cure)
    if age.days >= 7:
        return warning(f"the newest backup is {age.days} days old", why, cure, last_backup=written)
    return ok(f"the newest backup is of {written[:16].replace('T', ' ')}", last_backup=written)
