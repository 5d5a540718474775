"""alarm: the letters of the watch: word to the admin, and the mail to ourselves.

post_alarm(session, announcement, house, now) -> its letter's row, in one transaction with the memory that it was told
post_canary(session, house, now)

Both come from the first desk, in its language, marked as automatic (RFC 3834): nobody's program should answer them.  What comes back
to us of them is known by the signed Message-ID and goes no further (decide/judge.py).
"""

from __future__ import annotations

from datetime import datetime

from maild.decide.alarms import Announcement
from maild.mail.wording import zone_of
from maild.model.message import Address
from maild.model.people import MAILD
from maild.model.plan import Letter
from maild.settle import House, write
from maild.store import health, outbox
from maild.store.cases import next_letter
from maild.store.database import Session

AUTOMATIC = "auto-generated"


def post_alarm(session: Session, announcement: Announcement, house: House, now: datetime) -> int:
    """policy.admin is known to be there."""
    condition, since = announcement.condition, announcement.since.astimezone(zone_of(house.policy.default_desk))
    values = {
        "alarm": condition.part,
        "over": announcement.over,
        "since": since.isoformat(timespec="minutes"),
        "details": condition.text,
    }
    number = _post(session, house, "alarm", house.policy.admin or "", "you-are-admin", values, now)
    health.tell(session, announcement.remember)
    return number


def post_canary(session: Session, house: House, now: datetime) -> int:
    """From the first desk to itself: out by the relay, and back by whatever door its mail comes in at."""
    number = _post(session, house, "canary", house.policy.default_desk.address, "other", {}, now)
    health.canary_out(session, outbox.written(session, number).message_id, now)
    return number


def _post(
    session: Session, house: House, kind: str, to: str, reason: str, values: dict[str, object], now: datetime
) -> int:
    # Letters are numbered by whoever settles, and only one does at a time.
    session.lock_settler()
    number, desk = next_letter(session), house.policy.default_desk
    letter = Letter(
        number, None, "", kind, MAILD, Address("", to), desk.key, desk.language, "", reason, now,
        automatic=AUTOMATIC, values=values,
    )  # fmt: skip
    outbox.post(session, [write(letter, house, now)], now, 0)
    return number
