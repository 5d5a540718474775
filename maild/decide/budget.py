"""budget: how many automatic letters a sender may cause (MAIL.md, "What we send").

Spoofed mail must not make us a cannon: per address a day, per domain an hour, and for all of them together an hour.  Whoever proves
his address has a wide budget of his own: it only ends what a robot that never says it is one would go on with for ever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from maild.model.limits import Limits

Key = tuple[str, int]
_POOL = "pool"
# Nobody is told how his cases stand twice within so many minutes.
STATUS_MINUTES = 10


def keys(address: str, now: datetime) -> tuple[Key, ...]:
    """The three budgets that a letter to this address draws on.  The address itself is not kept, only its hash."""
    hour, day = int(now.timestamp()) // 3600, int(now.timestamp()) // 86400
    return ((f"address:{_hash(address)}", day), (f"domain:{_hash(address.rpartition('@')[2])}", hour), (_POOL, hour))


def proven_key(address: str, now: datetime) -> Key:
    """The one budget of a proven sender."""
    return (f"proven:{_hash(address)}", int(now.timestamp()) // 86400)


def status_keys(address: str, now: datetime) -> tuple[Key, ...]:
    """The minutes within which an answer to `status` forbids another, this one first."""
    minute = int(now.timestamp()) // 60
    return tuple((f"status:{_hash(address)}", minute - ago) for ago in range(STATUS_MINUTES + 1))


def forward_key(address: str, now: datetime) -> Key:
    """The day's budget of mails that go on to this address."""
    return (f"forward:{_hash(address)}", int(now.timestamp()) // 86400)


def proven_exhausted(address: str, now: datetime, spent: Mapping[Key, int], limits: Limits) -> str:
    """Why a proven sender gets no more today, "" if he does."""
    if spent.get(proven_key(address, now), 0) >= limits.per_proven_a_day:
        return f"{limits.per_proven_a_day} automatic letters a day to one address, proven or not"
    return ""


def exhausted(address: str, now: datetime, spent: Mapping[Key, int], limits: Limits) -> str:
    """Which budget is used up, "" if none."""
    address_key, domain_key, pool_key = keys(address, now)
    if spent.get(address_key, 0) >= limits.per_address_a_day:
        return f"{limits.per_address_a_day} automatic letters a day to one address"
    if spent.get(domain_key, 0) >= limits.per_domain_an_hour:
        return f"{limits.per_domain_an_hour} automatic letters an hour to one domain"
    if spent.get(pool_key, 0) >= limits.pool_an_hour:
        return f"{limits.pool_an_hour} automatic letters an hour to unknown senders"
    return ""


def _hash(text: str) -> str:
    return hashlib.sha256(text.lower().encode("utf-8", "surrogatepass")).hexdigest()[:16]
