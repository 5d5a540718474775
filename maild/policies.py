"""policies: a policy as it is kept in the database, and out of it again, whole.

remember(session, policy, node, now) -> Use     keep its files, and put it in force for all daemons of this database
restored_policy(session, hash) -> Policy        the very one, whatever stands on the disk now
files_of(session, hash)                         its files by name, as `maild policy show` writes them
KeyError: it was never kept.  RuleError: this maild does not understand it any more.

LIMITS  What an erasure has masked in it stays masked.  Of policies kept before templates were kept as well, those that shipped then
are taken from this maild.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime

from maild import places
from maild.model.limits import Limits
from maild.model.policy import Policy
from maild.policy import build, texts
from maild.store import policies as store
from maild.store.database import Session
from maild.store.policies import Kept, Use


def remember(session: Session, policy: Policy, node: str, now: datetime) -> Use:
    """Inside a transaction; who settles waits meanwhile, so that every mail is judged by one policy or the other."""
    session.lock_settler()
    keep(session, policy, now)
    return store.use(session, policy.hash, node, now)


def keep(session: Session, policy: Policy, now: datetime) -> None:
    """Its files, for whatever is judged by it; in force stays what is."""
    store.keep(session, _apart(policy), now)


def _apart(policy: Policy) -> Kept:
    """What ships with maild is the same for many policies, and kept once."""
    own = {name: text for name, text in policy.files.items() if not name.startswith(texts.SHIPPED)}
    shipped = {name: text for name, text in policy.files.items() if name not in own}
    if not shipped:
        return Kept(policy.hash, own)
    value = hashlib.sha256(json.dumps(shipped, sort_keys=True).encode()).hexdigest()
    return Kept(policy.hash, own, value, shipped)


def files_of(session: Session, value: str) -> dict[str, str]:
    """The site's own, and those that shipped."""
    kept = store.kept(session, value)
    if kept is None:
        raise KeyError(value)
    shipped = kept.shipped
    if shipped is None:
        today = texts.load(places.shipped("templates"), places.shipped("templates")).files
        shipped = {name: text for name, text in today.items() if name.startswith(texts.SHIPPED)}
    return {**shipped, **kept.own}


def restored_policy(session: Session, value: str, limits: Limits | None = None, admin: str | None = None) -> Policy:
    """The policy of that hash.  limits and admin come from maild.yaml, not from it."""
    return replace(build.of(files_of(session, value), limits), hash=value, admin=admin)
