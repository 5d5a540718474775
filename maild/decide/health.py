"""health: what is measured, judged: which part is well, and what to do where it is not.  Pure.

judge(snapshot, disk, wishes, zone, listening) -> Conditions of the queues, the disk, the mails that come in and the mail to ourselves
certificate(ends_at, loaded, now), policy(...), writer(...) -> one Condition each, of what others know

LIMITS  Text and cure are for the log and `maild status` too: they name numbers and commands, no person, no subject, no file's words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from maild.decide.silence import usual
from maild.model.condition import Condition
from maild.model.health import Depth, Disk, Paged, Snapshot, Wishes

STUCK_IN, STUCK_OUT = timedelta(minutes=10), timedelta(hours=2)
# Letters given up in a day: fewer than so many, or less than a tenth of the day's mails, are dead addresses.
MANY_FAILED, SHARE = 10, 0.1
LOW = 5
SOON = timedelta(days=14)
_MB = 1_000_000
# SQLite's write-ahead log shrinks when nobody reads from before it.
LONG_WAL = 256 * _MB


def judge(
    snapshot: Snapshot, disk: Disk | None, wishes: Wishes, zone: tzinfo, listening: datetime
) -> tuple[Condition, ...]:
    """listening: since when the daemon runs; before it nobody could come."""
    made = [_held(snapshot), _incoming(snapshot), _outbox(snapshot), _failed(snapshot)]
    made += [_disk(disk)] if disk else []
    made += [_wal(snapshot.wal)] if snapshot.wal is not None else []
    made += [_paging(snapshot.pages)] if snapshot.pages != Paged() else []
    return (*made, _traffic(snapshot, zone, listening), *_canary(snapshot, wishes, listening))


# --- queues ---------------------------------------------------------------------------------------------------------------------


def _held(snapshot: Snapshot) -> Condition:
    letters, mails = snapshot.outbox.get("held"), snapshot.incoming.get("held")
    held = [f"{_count(d.count, what)} held" for d, what in ((mails, "mail"), (letters, "letter")) if d]
    count = sum(depth.count for depth in (mails, letters) if depth)
    if not held:
        return Condition("held", True, "nothing is held", facts={"count": 0})
    since = min(depth.oldest for depth in (mails, letters) if depth)
    cure = "maild queue list shows it, maild queue show ID the fault; after mending it: maild queue retry ID"
    return Condition("held", False, " and ".join(held) + " by a fault", cure, since, {"count": count})


def _incoming(snapshot: Snapshot) -> Condition:
    count, oldest = _waiting(snapshot.incoming, ("ready", "leased"))
    facts = {"count": count}
    if oldest is None or snapshot.at - oldest < STUCK_IN:
        return Condition("incoming", True, f"{_count(count, 'mail')} on the way in", facts=facts)
    text = f"{_count(count, 'mail')} wait to be read, the oldest for {span(snapshot.at - oldest)}"
    cure = "see in the daemon's log what it is at; a restart loses nothing"
    return Condition("incoming", False, text, cure, oldest, facts)


def _outbox(snapshot: Snapshot) -> Condition:
    count, oldest = _waiting(snapshot.outbox, ("ready", "leased", "deferred"))
    facts = {"count": count}
    if oldest is None or snapshot.at - oldest < STUCK_OUT:
        return Condition("outbox", True, f"{_count(count, 'letter')} on the way out", facts=facts)
    text = f"{_count(count, 'letter')} on the way out, the oldest for {span(snapshot.at - oldest)}"
    cure = "maild queue list says why they wait"
    return Condition("outbox", False, text, cure, oldest, facts)


def _failed(snapshot: Snapshot) -> Condition:
    text = f"{_count(snapshot.failed, 'letter')} given up in the last day"
    day = sum(mails for hour, mails in snapshot.traffic.items() if hour >= snapshot.at.timestamp() // 3600 - 24)
    well = snapshot.failed < MANY_FAILED or snapshot.failed < SHARE * day
    cure = "maild queue list says why; a relay that refuses many of our letters is set up for others"
    return Condition("failed", well, text, "" if well else cure, facts={"count": snapshot.failed})


def _waiting(depths: Mapping[str, Depth], states: Sequence[str]) -> tuple[int, datetime | None]:
    found = [depths[state] for state in states if state in depths]
    return sum(depth.count for depth in found), min((depth.oldest for depth in found), default=None)


def _paging(pages: Paged) -> Condition:
    """Nobody who answers is worst, then a program that does not ring; a storm is told as well."""
    facts = {"count": pages.day, "missed": pages.missed, "failed": pages.failed, "merged": pages.merged}
    if not (pages.missed or pages.failed or pages.merged):
        return Condition("paging", True, f"{_count(pages.day, 'page')} in the last day", facts=facts)
    found = [
        (pages.missed, f"nobody has answered {_count(pages.missed, 'critical case')}", "somebody must take it: /take"),
        (
            pages.failed,
            f"{_count(pages.failed, 'page')} of the last day could not be rung",
            "see in the log how the program of pager: in maild.yaml ends",
        ),
        (
            pages.merged,
            f"{_count(pages.merged, 'case')} of the last hour share a page, since there were too many",
            "see what opens so many critical cases",
        ),
    ]
    told = [(text, cure) for count, text, cure in found if count]
    text, cure = ("; ".join(words) for words in zip(*told, strict=True))
    return Condition("paging", False, text, cure, pages.since if pages.missed else None, facts)


# --- what comes in --------------------------------------------------------------------------------------------------------------


def _traffic(snapshot: Snapshot, zone: tzinfo, listening: datetime) -> Condition:
    last = snapshot.last_mail
    if last is None:
        return Condition("traffic", True, "no mail has come yet")
    ago = f"the last mail came {span(snapshot.at - last)} ago"
    mean = usual(snapshot.traffic, max(last, listening), snapshot.at, zone)
    if mean is None:
        return Condition("traffic", True, ago)
    text = f"{ago}; in other weeks about {mean:.0f} came in such a time"
    cure = "write to a desk yourself; see whether your mail server still hands its mail on to maild"
    return Condition("traffic", False, text, cure, last)


def _canary(snapshot: Snapshot, wishes: Wishes, listening: datetime) -> Iterator[Condition]:
    """The last of which one can say something: a young one says nothing yet, and while we were down none could come back."""
    if wishes.canary_every is None:
        return
    late = snapshot.at - wishes.canary_within
    known = [c for c in snapshot.canaries if c.back_at is not None or max(c.sent_at, listening) <= late]
    if not known:
        yield Condition("canary", True, "no mail to ourselves has had time to come back yet")
    elif known[0].back_at is not None:
        yield Condition(
            "canary", True, f"the last mail to ourselves came back in {span(known[0].back_at - known[0].sent_at)}"
        )
    else:
        text = f"a mail to ourselves is not back after {span(snapshot.at - known[0].sent_at)}"
        cure = "either letters do not leave or mail does not come in: see maild queue list, then your mail server's log"
        yield Condition("canary", False, text, cure, known[0].sent_at)


# --- the machine ----------------------------------------------------------------------------------------------------------------


def _disk(disk: Disk) -> Condition:
    text = f"{disk.free // _MB} MB free of {disk.size // _MB} MB"
    facts = {"free": disk.free, "size": disk.size}
    if disk.free >= LOW * disk.least:
        return Condition("disk", True, text, facts=facts)
    left = "no mail is taken any more" if disk.free < disk.least else f"below {disk.least // _MB} MB no mail is taken"
    return Condition("disk", False, f"{text}; {left}", "make room on the disk of the state folder", facts=facts)


def _wal(octets: int) -> Condition:
    facts = {"octets": octets}
    if octets < LONG_WAL:
        return Condition("wal", True, f"SQLite's log beside the database has {octets // _MB} MB", facts=facts)
    text = f"SQLite's log beside the database has grown to {octets // _MB} MB: a program has been reading for long"
    cure = "end whatever else has maild.sqlite open (fuser -v on the file names it), such as a sqlite3 or a copy that hangs"
    return Condition("wal", False, text, cure, facts=facts)


def certificate(ends_at: datetime | None, loaded: datetime | None, now: datetime) -> Condition:
    """ends_at: of the file as it is, None if it has ended; loaded: of the one that the door shows since the start."""
    if ends_at is None:
        return Condition("certificate", False, "the door's certificate has ended", "renew it, then restart maild")
    facts = {"ends_at": ends_at.isoformat()}
    shown = loaded or ends_at
    if shown - now >= SOON:
        return Condition("certificate", True, f"good for {span(shown - now)}", facts=facts)
    if ends_at > shown:
        text = f"the door shows a certificate that ends in {span(shown - now)}; the new one is on the disk"
        return Condition(
            "certificate", False, text, "restart maild: it reads the certificate at its start", facts=facts
        )
    text = f"the door's certificate ends in {span(ends_at - now)}"
    return Condition("certificate", False, text, "renew it, then restart maild", facts=facts)


def no_certificate(why: str) -> Condition:
    text = f"the door's certificate cannot be read any more: {why}"
    return Condition("certificate", False, text, "put it back where maild.yaml says: after a restart there is no door")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The policy in force was brought by another daemon.  files: the hash of those on this disk, "" where they make no policy."""

    node: str
    files: str


def policy(version: str, problems: int, since: datetime | None, elsewhere: Elsewhere | None = None) -> Condition:
    """problems: of the reload that failed last, 0 when what was read last is in force."""
    facts = {"hash": version}
    if not problems and elsewhere and elsewhere.files != version:
        theirs = f"rules {version[:12]} are in force, brought by {elsewhere.node}"
        mine = f"the files here are others ({elsewhere.files[:12]})" if elsewhere.files else "the files here are broken"
        return Condition("policy", True, f"{theirs}; {mine}", facts={**facts, "files": elsewhere.files})
    if not problems:
        return Condition("policy", True, f"rules {version[:12]} are in force", facts=facts)
    text = f"the last reload failed ({_count(problems, 'problem')}); rules {version[:12]} stay in force"
    return Condition("policy", False, text, "maild check says what is wrong; then maild reload", since, facts)


def clock(leap: timedelta, since: datetime | None) -> Condition:
    """leap: how far it has jumped; none while it is believed."""
    facts = {"seconds": round(leap.total_seconds())}
    if not leap:
        return Condition("clock", True, "the clock runs steadily", facts=facts)
    way = "forward" if leap > timedelta() else "back"
    text = f"the clock jumped {way} by {span(abs(leap))}; nothing wakes, is escalated, closes, is deleted or given up by it for now"
    return Condition("clock", False, text, "set the clock right; if it is right now: maild reload", since, facts)


def damage(error: str) -> Condition:
    """error: what the database answered when a page of it could not be read; "" for none."""
    if not error:
        return Condition("damage", True, "no damaged page has been met")
    text = f"a part of the database cannot be read: {error}; mails that need it are held, the others go on"
    cure = "look after the disk; then stop maild and restore the newest backup: maild restore BACKUP --force"
    return Condition("damage", False, text, cure)


def writer(waiting: float | None, error: str, since: datetime | None) -> Condition:
    """waiting: seconds since the question that is not answered yet; error: what the last answer was, "" for good."""
    if waiting is not None:
        text, cure = (
            f"the database's writer has not answered for {waiting:.0f} seconds",
            "see the disk and the daemon's log",
        )
        return Condition("database", False, text, cure, since)
    if error:
        cure = "see whether it runs and has room"
        return Condition("database", False, f"the database cannot be used: {error}", cure, since)
    return Condition("database", True, "the database answers")


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def span(time: timedelta) -> str:
    """As one would say it: 40 seconds, 12 minutes, 5 hours, 3 days."""
    seconds = max(0, int(time.total_seconds()))
    for unit, length, until in (("second", 1, 90), ("minute", 60, 5400), ("hour", 3600, 172_800)):
        if seconds < until:
            return _count(seconds // length, unit)
    return _count(seconds // 86_400, "day")
