"""settle: the one transaction.  With rehearse.py the only module that knows mail, decide and store.

prepare(arrival, message, ...) -> Prepared      outside the transaction: desk, signed words, contents
settle(session, batch, ...) -> Settled          inside: look, judge, record, write and post letters, finish; a savepoint each

A bug holds its arrival alone; a database error fails the whole batch, which is settled again.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from maild.decide.drafts import with_drafts
from maild.decide.judge import judge, question
from maild.errors import Conflict
from maild.mail import conversation, encode, letters, token
from maild.mail.parse import read
from maild.mail.subtract import subtract
from maild.model.content import Content
from maild.model.events import Held
from maild.model.message import Address, Message
from maild.model.people import MAILD, Desk, Trust
from maild.model.plan import Happened, Incoming, Letter, Plan, Prepared, Token
from maild.model.policy import Policy
from maild.model.recorded import Recorded
from maild.model.restored import Restored
from maild.store import cases, hits, incoming, outbox, search
from maild.store.database import Session, is_database_error
from maild.store.incoming import Arrival
from maild.store.record import record
from maild.store.text import dumps

SLICE = 0.010
_MOST_ANSWERED = 3


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of a batch: how many arrivals are done, which are held (id, error), letters leased to the caller, and what is left."""

    done: tuple[Fate, ...]
    leased: tuple[outbox.Leased, ...]
    rest: tuple[Incoming, ...]
    letters: int


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one arrival, for the log: settled, held or taken (somebody else was quicker)."""

    incoming: int
    fate: str
    case: str = ""
    events: tuple[str, ...] = ()
    error: str = ""


# What mails without a charset are written in, where a desk's people live.
_CHARSETS = dict.fromkeys(("sl", "hr", "bs", "cs", "sk", "pl", "hu"), "cp1250")


def charset_of(recipients: Sequence[str], policy: Policy) -> str:
    """The 8-bit charset to guess for a mail that declares none, by the language of the desk that it came to."""
    charsets = {_CHARSETS.get(desk.language, "cp1252") for desk in policy.desks.values()}
    if len(charsets) == 1:
        return charsets.pop()
    found = next((at[0] for recipient in recipients if (at := desk_at(recipient, policy))), None)
    return _CHARSETS.get(found.language, "cp1252") if found else "cp1252"


def prepare(
    arrival: Arrival, message: Message, trust: Trust, policy: Policy, keys: token.Keys, salts: tuple[bytes, bytes]
) -> Prepared:
    """All that judgement needs of the mail itself."""
    message = _answerable(message)
    found = [_own(recipient, policy, keys) for recipient in arrival.recipients]
    mine = [(desk, word) for desk, word in found if desk is not None]
    # A report names the letter that came back in the returned mail, whatever address it was sent to.
    returned = message.bounce.original_message_id if message.bounce else None
    ids = (token.of_message_id(value, keys) for value in (*message.references, *((returned,) if returned else ())))
    signed = [word for _, word in mine if word is not None]
    words = [word for word in signed if word.purpose != "s"]
    named = _named(message, policy)
    owner = named[0] if named else mine[0][0].key if mine else policy.default_desk.key
    return Prepared(
        id=arrival.id,
        desk=owner,
        sender=arrival.sender,
        recipients=tuple(
            desk.address if desk else recipient.lower()
            for recipient, (desk, _) in zip(arrival.recipients, found, strict=True)
        ),
        received_at=arrival.received_at,
        size=arrival.size,
        message=message,
        trust=trust,
        # A word signed with a retired key still says which case it is; it proves nothing any more.
        tokens=tuple(word for word in words if token.authorises(word, keys)),
        ids=(
            *(word for word in words if not token.authorises(word, keys)),
            *(word for word in ids if word is not None),
        ),
        own_id=bool(message.message_id and token.of_message_id(message.message_id, keys)),
        subject=Content(salts[0], message.subject[:500]),
        body=Content(salts[1], _body(message)),
        marks=token.of_markers(message.text, keys),
        also=tuple(key for key in dict.fromkeys((*named, *(desk.key for desk, _ in mine))) if key != owner),
        source=arrival.source,
        standing=_standing([word for word in signed if word.purpose == "s"], policy, keys),
    )


def _standing(words: Sequence[Token], policy: Policy, keys: token.Keys) -> str:
    """Whose standing address it was; that of somebody who left is worth nothing, nor one signed with a leaked key."""
    named = {word.letter for word in words if token.authorises(word, keys)}
    if not named:
        return ""
    able = (handler.key for handler in policy.handlers.values() if not handler.retired)
    return next((key for key in able if token.standing(key) in named), "")


def _without_ours(prepared: Prepared, sent: Sequence[bytes]) -> Prepared:
    """The mail without what our letters say that it answers, for clients that quote without any mark.  sent: text parts."""
    message = prepared.message
    own = subtract(message.own_text, [read(part).text for part in sent])
    if own == message.own_text:
        return prepared
    message = replace(message, own_text=own)
    return replace(prepared, message=message, body=Content(prepared.body.salt, _body(message)))


def _answered(prepared: Prepared) -> tuple[int, ...]:
    """The letters that a mail answers, the likeliest of them."""
    named = (*prepared.tokens, *reversed(prepared.ids), *prepared.marks)
    return tuple(dict.fromkeys(word.letter for word in named))[:_MOST_ANSWERED]


def _answerable(message: Message) -> Message:
    """From with an address to which no letter can be addressed names nobody; people still see it, as his name."""
    author = message.author
    if author is None or encode.clean_address(author.address):
        return message
    return replace(message, author=Address(author.name or author.address, ""))


def _own(recipient: str, policy: Policy, keys: token.Keys) -> tuple[Desk | None, Token | None]:
    """The desk behind an address, and its signed word if that verifies.  One that does not is the plain desk."""
    found = desk_at(recipient, policy)
    if found is None:
        return None, None
    desk, suffix = found
    return desk, token.verify(suffix, keys) if suffix else None


def desk_at(address: str, policy: Policy) -> tuple[Desk, str] | None:
    """The desk whose address this is, and what stands between its name and the @; None for other people's."""
    for desk in policy.desks.values():
        for own in desk.addresses:
            suffix = token.split(address, own, desk.separator)
            if suffix is not None:
                return desk, suffix
    return None


def _named(message: Message, policy: Policy) -> tuple[str, ...]:
    """The desks in To and Cc, in order.  One mail to several desks: the first in To owns it."""
    found = (desk_at(address.address, policy) for address in (*message.to[:50], *message.cc[:50]))
    return tuple(dict.fromkeys(at[0].key for at in found if at is not None))


def _body(message: Message) -> str:
    author = message.author
    return dumps(
        {
            "subject": message.subject,
            "from": author.address if author else "",
            "from_name": author.name if author else "",
            "to": [a.address for a in message.to],
            "cc": [a.address for a in message.cc],
            "text": message.text,
            "own_text": message.own_text,
        }
    )


@dataclass(frozen=True, slots=True)
class House:
    """What every settling needs and no arrival changes: the policy, the keys, how envelopes are signed, a stopwatch in seconds, and
    whether the database came out of a backup."""

    policy: Policy
    keys: token.Keys
    envelope: str
    stopwatch: Callable[[], float]
    restored: Restored | None = None


def settle(session: Session, batch: Sequence[Incoming], house: House, now: datetime, leases: int) -> Settled:
    """Settle as much of the batch as fits into a slice of time; at least one arrival."""
    session.lock_settler()
    done: list[Fate] = []
    leased: list[outbox.Leased] = []
    words: dict[int, str] = {}
    end, count = house.stopwatch() + SLICE, 0
    for arrival in batch:
        fate, plan, posted = _one(session, arrival, house, now, leases - len(leased))
        done.append(fate)
        leased += posted
        words |= plan.words
        count += len(plan.letters)
        if house.stopwatch() > end:
            break
    # All together: SQLite's index writes what it holds before each savepoint, and for one mail that is as much work as for five.
    search.add(session, words)
    return Settled(tuple(done), tuple(leased), tuple(batch[len(done) :]), count)


def _one(
    session: Session, arrival: Incoming, house: House, now: datetime, leases: int
) -> tuple[Fate, Plan, list[outbox.Leased]]:
    """Its fate, what was written of it (nothing, if it is held) and the letters leased to the caller; its words are not indexed yet."""
    try:
        with session.savepoint():
            arrival, plan = weigh(session, arrival, house.policy, now)
            posted = _keep(session, arrival, plan, house, now, leases)
    except Conflict as conflict:
        return Fate(arrival.id, "taken", error=str(conflict)), Plan(()), []
    except Exception as bug:
        if is_database_error(bug):
            raise
        return _hold(session, arrival, bug, now), Plan(()), []
    kinds = tuple(happened.record.event.kind for happened in plan.events)
    return Fate(arrival.id, "settled", plan.cases[0].number if plan.cases else "", kinds), plan, posted


def weigh(session: Session, arrival: Incoming, policy: Policy, now: datetime) -> tuple[Incoming, Plan]:
    """Look up what is known and judge; the arrival as it was judged.  The same for the daemon and a rehearsal."""
    known = cases.look(session, question(arrival, policy, now))
    if isinstance(arrival, Prepared) and known.drafts:
        # What a mail names that was kept must be known as well.
        known = cases.look(session, question(with_drafts(arrival, known), policy, now))
    if isinstance(arrival, Prepared) and known.letters:
        arrival = _without_ours(arrival, outbox.texts(session, _answered(arrival)))
    return arrival, judge(arrival, known, policy, now)


def _keep(
    session: Session, arrival: Incoming, plan: Plan, house: House, now: datetime, leases: int
) -> list[outbox.Leased]:
    """Write the plan: events, rows, letters, and the end of the arrival."""
    record(session, plan, now, house.policy.hash)
    for row in plan.cancels:
        if not outbox.cancel(session, row):
            raise Conflict(f"outbox:{row} has left meanwhile")
    for row, due_at in plan.requeued.items():
        if not outbox.requeue(session, row, due_at):
            raise Conflict(f"outbox:{row} is not there any more")
    starts = _starts(session, arrival, plan)
    written = [write(letter, house, now, starts.get(letter.case, b"")) for letter in plan.letters]
    posted = _post(session, arrival, written, house, now, leases)
    message_id = arrival.message.message_id if isinstance(arrival, Prepared) else None
    trust = _trust(arrival.trust) if isinstance(arrival, Prepared) else ""
    trace = {**plan.trace, "policy": house.policy.hash}
    incoming.finish(session, arrival.id, plan.cases[0].id if plan.cases else None, message_id, trust, trace)
    hits.count(session, plan.trace, now)
    return posted


def _post(
    session: Session, arrival: Incoming, written: Sequence[outbox.Posted], house: House, now: datetime, leases: int
) -> list[outbox.Leased]:
    """Into the queue; held there, if a database that this one is a copy of may have sent the like before."""
    if house.restored is None or not house.restored.covers(arrival):
        return outbox.post(session, written, now, leases)
    outbox.post(session, written, now, 0)
    outbox.quarantine(session, [one.letter.id for one in written], house.restored.reason)
    return []


def _trust(trust: Trust) -> str:
    return dumps({"authentication": trust.authentication, "by": trust.by, "evidence": trust.evidence})


def _starts(session: Session, arrival: Incoming, plan: Plan) -> dict[int | None, bytes]:
    """How each case's conversation is named in Outlook: by its earlier letters, else by the mail that is being settled."""
    theirs = b""
    if isinstance(arrival, Prepared) and arrival.trust.authenticated:
        theirs = conversation.began(arrival.message.header("thread-index") or "")
    started = [letter.case for letter in plan.letters if letter.case is not None and not letter.first]
    heads = {case: outbox.first_heads(session, case) for case in dict.fromkeys(started)}
    ours = {case: next(filter(None, map(conversation.in_head, found)), b"") for case, found in heads.items()}
    return {letter.case: ours.get(letter.case or 0) or theirs for letter in plan.letters}


def write(letter: Letter, house: House, now: datetime, start: bytes = b"") -> outbox.Posted:
    """The letter as bytes, re-read before it is queued: what we send says what we meant, or the arrival is held."""
    written = letters.write(letter, house.policy, house.keys, now, house.envelope, start)
    mail = letters.assemble(written.head, written.text, ())
    faults = letters.faults(mail, written)
    if faults:
        raise ValueError(f"letter {letter.id} ({letter.kind}) would not say what it should: {'; '.join(faults)}")
    return outbox.Posted(letter, written, None if written.parts else mail)


def _hold(session: Session, arrival: Incoming, bug: Exception, now: datetime) -> Fate:
    """This arrival waits for an admin; the event carries the error's class, the row its traceback."""
    error = f"{type(bug).__name__}: {bug}"
    incoming.hold(session, arrival.id, "".join(traceback.format_exception(bug)))
    held = Happened(None, Recorded(0, now, MAILD, f"incoming:{arrival.id}", Held(type(bug).__name__)))
    record(session, Plan(events=(held,)), now, "")
    return Fate(arrival.id, "held", error=error)
