"""judge: one arrival, one verdict.  judge(arrival, known, policy, now) -> Plan.  Pure; the same for the daemon and a rehearsal.

Every arrival yields at least one event, if only Ignored(reason).  The order of the questions is the order of trust:
ours? a bounce? a handler's? then it is from outside.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from maild.decide import (
    absence,
    agenda,
    anew,
    asking,
    commands,
    enquiry,
    escalate,
    history,
    intake,
    monitored,
    notices,
    paging,
    proof,
    quarantine,
    recurring,
    reminders,
    reminding,
    replies,
    required,
    rest,
    slips,
    undelivered,
    unproven,
    veil,
    webform,
)
from maild.decide.acts.context import Order, acting_as, sense
from maild.decide.clock_trace import with_promises
from maild.decide.clocks import ahead, wake_at
from maild.decide.facts import lookup, of_entry
from maild.decide.ledger import Ledger
from maild.decide.marks import marks
from maild.decide.related import survivor
from maild.decide.thread import Join, join
from maild.model.case import closes_at, rests_until
from maild.model.events import Closed, Ignored, Received
from maild.model.known import Known, LetterRow, Lookup
from maild.model.message import LIST_FIELDS, Kind
from maild.model.people import MAILD, Handler, Possession, handler_party
from maild.model.plan import Incoming, Morning, Occurrence, Plan, Prepared, Undelivered, Wake
from maild.model.policy import Policy
from maild.model.slip import Warnings


def judge(arrival: Incoming, known: Known, policy: Policy, now: datetime) -> Plan:
    """What happened, and which letters are owed."""
    ledger = Ledger(f"incoming:{arrival.id}", known, policy, now)
    match arrival:
        case Wake():
            _wake(ledger, arrival)
            paging.settle(ledger, arrival.case)
        case Undelivered():
            _undelivered(ledger, arrival)
            paging.settle(ledger)
        case Morning():
            agenda.morning(ledger, arrival)
        case Occurrence():
            recurring.opened(ledger, arrival)
        case Warnings():
            slips.tell(ledger, arrival)
        case Prepared(source="import"):
            history.file(ledger, arrival)
        case Prepared():
            _mail(ledger, webform.read(ledger, arrival, automatic=from_machine(arrival)))
            paging.settle(ledger)
            veil.draw(ledger)
    return with_promises(ledger.plan(), policy)


def question(arrival: Incoming, policy: Policy, now: datetime) -> Lookup:
    """What must be known to judge it."""
    if isinstance(arrival, Prepared) and arrival.source == "import":
        return history.question(arrival, policy, now)
    return of_entry(arrival, policy, now) if isinstance(arrival, Occurrence) else lookup(arrival, policy, now)


def _wake(ledger: Ledger, wake: Wake) -> None:
    case = ledger.known.cases.get(wake.case)
    due = wake_at(case, ledger.policy, ahead(case, ledger.policy, ledger.now)) if case else None
    if case is None or due is None or due > ledger.now:
        ledger.happen(wake.case if case else None, MAILD, Ignored("nothing was due any more"))
        return
    reminders.due(ledger, case.id)
    reminding.due(ledger, case.id)
    closes, rests = closes_at(case), rests_until(case)
    if closes and closes <= ledger.now:
        ledger.happen(case.id, MAILD, Closed())
    if rests and rests <= ledger.now:
        rest.wake(ledger, case.id, rest.DUE)
    escalate.due(ledger, case.id)


def _mail(ledger: Ledger, prepared: Prepared) -> None:
    message = prepared.message
    ledger.verified = prepared.trust.authenticated
    where = join(prepared, ledger.known, ledger.policy)
    by_list = _handlers_by_list(ledger, prepared, where)
    robot = _says_robot(prepared) and not by_list
    automatic = (from_machine(prepared) and not by_list) or _is_ours(ledger, prepared)
    ledger.trace.update(_trace(prepared, where, automatic))
    if prepared.own_id and not message.all_headers("resent-from"):
        _ignore(ledger, where, "a letter of our own came back")
        return
    author = message.author
    handler = ledger.policy.handler_of_address(author.address) if author else None
    if handler and robot:
        absence.answered(ledger, prepared, handler)
    if automatic and _about_ourselves(ledger, prepared):
        _ignore(ledger, where, "an automatic answer to a mail about ourselves")
        return
    # A bounce comes from nobody (RFC 5321 section 4.5.5): one with a sender, and about no letter of ours, may be a customer's
    # trouble with his own mail, and is judged like any other.
    if message.kind is Kind.BOUNCE and (prepared.sender == "" or _bounced_letter(ledger, prepared)):
        _bounce(ledger, prepared, where)
        return
    asks = not (_answers_a_question(where) or required.answers(ledger, prepared, where))
    # How his cases stand is told to nobody whose address stands in a form.
    if asks and prepared.through is None and enquiry.answered(ledger, prepared, where, automatic=automatic):
        return
    if handler and not automatic and anew.handle(ledger, prepared, where, handler):
        return
    if handler and anew.letter_of(ledger, prepared, handler):
        where = replace(where, case=None)
    if handler and where.case is not None and not automatic and where.standing not in ("customer", "participant"):
        _handler(ledger, prepared, where, handler)
        return
    if quarantine.holds(ledger, prepared, where):
        linked = where.case.id if where.case else where.linked
        quarantine.keep(ledger, prepared, prepared.desk, linked)
        return
    if where.standing in replies.STANDINGS:
        replies.add(ledger, prepared, where, automatic)
        return
    if monitored.judged(ledger, prepared, where, automatic):
        return
    if where.case is not None:
        intake.add(ledger, prepared, where, automatic)
        return
    intake.begin(ledger, prepared, where, automatic)


_BY_LIST = (*(f"{name}: " for name in LIST_FIELDS), "precedence: list", "x-precedence: list")


def _handlers_by_list(ledger: Ledger, prepared: Prepared, where: Join) -> bool:
    """A handler's own mail that took its way through a team's group, which marks every mail as a list's (RFC 2919).

    The address that was made for him and a proven From say so; anything else that only a program writes makes it a program's.
    """
    message = prepared.message
    author = message.author
    handler = ledger.policy.handler_of_address(author.address) if author else None
    own = where.possession is Possession.OWN or (
        handler is not None and anew.letter_of(ledger, prepared, handler) is not None
    )
    proven = handler is not None and own and prepared.trust.authenticated and prepared.sender != ""
    return proven and message.kind is Kind.LIST and all(line.startswith(_BY_LIST) for line in message.why)


def _writes_of_a_bounce(prepared: Prepared) -> bool:
    """A person who tells of an undelivered mail: nothing but his words reads like a report, and the envelope is his own."""
    message = prepared.message
    mine = message.author is not None and prepared.sender.lower() == message.author.address.lower()
    return message.kind is Kind.BOUNCE and message.why == ("reads as a delivery report",) and mine


def _answers_a_question(where: Join) -> bool:
    """A supplier's or approver's mail, or the link of a vote: an empty one asks for nothing."""
    return where.standing in replies.STANDINGS or where.purpose in asking.VOTES


def _is_ours(ledger: Ledger, prepared: Prepared) -> bool:
    """From is a desk: a loop, or somebody who writes as us.  Answered by nobody."""
    author = prepared.message.author
    return author is not None and ledger.policy.desk_of_address(author.address.lower()) is not None


def _nobody_reads(sender: str) -> bool:
    """A return path behind which a program keeps a list, or a mail server speaks (RFC 3834 section 2)."""
    local = sender.rpartition("@")[0].lower()
    return local.startswith("owner-") or local.endswith("-request") or local == "mailer-daemon"


_ABOUT_US = ("alarm", "canary", "digest", "absence", "swap", "warnings")


def _about_ourselves(ledger: Ledger, prepared: Prepared) -> bool:
    """It answers an alarm or a digest: somebody's holidays, or his full mailbox, must open no cases."""
    words = (*prepared.tokens, *prepared.ids)
    named = (ledger.known.letters[word.letter] for word in words if word.letter in ledger.known.letters)
    return any(letter.kind in _ABOUT_US for letter in named)


def _ignore(ledger: Ledger, where: Join, reason: str) -> None:
    ledger.happen(where.case.id if where.case else None, MAILD, Ignored(reason))


# --- a handler ------------------------------------------------------------------------------------------------------------------


def _handler(ledger: Ledger, prepared: Prepared, where: Join, handler: Handler) -> None:
    """His words count only with both, the address made for him and a From that is proven (COMMANDS.md), and only once."""
    assert where.case is not None
    lacks = proof.lack(ledger, prepared, where)
    ledger.trace["thread"] |= {"standing": "unverified" if lacks else "handler", "lacks": lacks}
    order = _order(ledger, prepared, where, handler, proven=not lacks)
    # What stays inside, and a word to the letter that went to his own mailbox, want that letter's address only.
    by_address = lacks == proof.NOT_PROVEN and (
        commands.leaves_a_note(ledger, order) or commands.confirms(ledger, order)
    )
    if not lacks or by_address:
        ledger.remember(marks(prepared))
        commands.handle(ledger, order)
        if not lacks:
            paging.answered(ledger, order)
        return
    # A team's mailbox is not told what one of its members is said to have written.
    order = replace(order, handler=handler, actor="")
    _unverified(ledger, order, f"{where.evidence}; {lacks}", keep=lacks != proof.AGAIN)


def _unverified(ledger: Ledger, order: Order, evidence: str, *, keep: bool) -> None:
    """Nothing is done; it is kept for his word, which he is asked for at his registered address."""
    prepared, handler, case_id = order.prepared, order.handler, order.case_id
    party = handler_party(handler.key)
    row = ledger.file(prepared, case_id, party, "unverified", internal="internal")
    ledger.happen(case_id, party, Received(row, party, "unverified", evidence))
    telling = notices.Telling(prepared, ledger.show(prepared, row), party, stranger=True)
    notices.tell(ledger, case_id, telling)
    unproven.ask(ledger, order, row, commands.as_read(ledger, order), keep=keep)


def _order(ledger: Ledger, prepared: Prepared, where: Join, handler: Handler, *, proven: bool) -> Order:
    assert where.case is not None
    acts, actor = acting_as(ledger.policy, handler, where.letter)
    about = sense(where.letter, where.case)
    return Order(prepared, acts, where.case.id, where.purpose, where.letter, proven, actor=actor, about=about)


# --- a bounce -------------------------------------------------------------------------------------------------------------------


def _bounce(ledger: Ledger, prepared: Prepared, where: Join) -> None:
    """Attach it to the letter it is about, by our signed envelope address or our Message-ID; without either it is filed only."""
    letter = _bounced_letter(ledger, prepared)
    if letter is None or letter.case is None or letter.case not in ledger.known.cases:
        _ignore(ledger, where, "a delivery report about no letter of ours")
        return
    report = prepared.message.bounce
    failed = bool(report and report.failed)
    status = next(iter(report.status), ("", ""))[1] if report else ""
    case = survivor(ledger.known.cases[letter.case], ledger.known).id
    row = ledger.file(prepared, case, MAILD, "bounce", internal="internal")
    undelivered.told(ledger, letter, case, status, row, permanent=failed)


def _undelivered(ledger: Ledger, arrival: Undelivered) -> None:
    """Our own relay would not take it: the same news as a bounce, without a mail."""
    letter = ledger.known.letters.get(arrival.letter)
    if letter is None or letter.case is None or letter.case not in ledger.known.cases:
        ledger.happen(None, MAILD, Ignored("a letter of no case could not be sent"))
        return
    case = survivor(ledger.known.cases[letter.case], ledger.known)
    undelivered.told(ledger, letter, case.id, arrival.status, None, permanent=True)


def _bounced_letter(ledger: Ledger, prepared: Prepared) -> LetterRow | None:
    tokens = [t for t in prepared.tokens if t.purpose == "b"] + list(prepared.ids)
    return next((ledger.known.letters[t.letter] for t in tokens if t.letter in ledger.known.letters), None)


def from_machine(prepared: Prepared) -> bool:
    """Whether a mail is automatic, as far as itself tells."""
    return _says_robot(prepared) or prepared.sender == "" or _nobody_reads(prepared.sender)


def _says_robot(prepared: Prepared) -> bool:
    """A person who asks for no automatic answer is a person still: intake keeps his acknowledgement back."""
    message = prepared.message
    return message.automatic and message.kind is not Kind.PERSON and not _writes_of_a_bounce(prepared)


def _trace(prepared: Prepared, where: Join, automatic: bool) -> dict[str, object]:
    message, trust = prepared.message, (prepared.through or prepared).trust
    return {
        "kind": str(message.kind),
        "automatic": automatic,
        "why": list(message.why),
        "defects": list(message.defects),
        "trust": {
            "authentication": str(trust.authentication),
            "by": trust.by,
            "evidence": list(trust.evidence),
            "possession": str(where.possession),
        },
        "thread": {
            "case": where.case.number if where.case else None,
            "standing": where.standing,
            "evidence": where.evidence,
            "linked": where.linked,
            "found": list(where.found),
        },
    }
