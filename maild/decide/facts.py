"""facts: what a rule may look at, and what must be asked of the database before judging.  Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from maild.decide import asked, budget, counters, verbs
from maild.decide.assign import line_choice, turn_key
from maild.decide.marks import marks
from maild.decide.naming import (
    TEXT,
    addresses_in,
    commanded_numbers,
    foreign_numbers,
    leading_numbers,
    numbers_in,
    phones_in,
)
from maild.decide.organisation import PUBLIC
from maild.model.agenda import Asked
from maild.model.correlation import reference
from maild.model.derived import ordered, placed
from maild.model.known import Lookup, Whose
from maild.model.limits import Filter
from maild.model.message import Address, Kind, Message
from maild.model.people import Handler
from maild.model.plan import Morning, Occurrence, Prepared, Undelivered, Wake
from maild.model.policy import Facts, Named, Policy
from maild.model.seen import Counting, Seen
from maild.model.slip import Warnings

NOTHING = Seen()
# Where maild writes a Received line of its own, and where it takes mail as it lies there.
_DOORS, _FETCHED = ("smtp", "lmtp", "pipe"), ("imap", "late", "import")
_BY = re.compile(r"(?:^|\s)by\s+([A-Za-z0-9._-]{1,253})", re.I)
HOUR = 3600
_OVER = timedelta(days=31)


def facts(prepared: Prepared, automatic: bool, policy: Policy, seen: Seen = NOTHING) -> Facts:
    """The facts of a mail.  seen: what of them only the database knows (seeing.py)."""
    message = prepared.message
    author = message.author.address.lower() if message.author else ""
    to, cc = (tuple(a.address.lower() for a in field) for field in (message.to, message.cc))
    at, organisation = _local(prepared, policy), policy.directory.organisation(author)
    found = Facts(
        desk=prepared.desk,
        author=_sender(prepared),
        domain=author.rpartition("@")[2],
        to=to,
        cc=cc,
        subject=message.subject,
        text=message.text[:TEXT],
        own_text=message.own_text[:TEXT],
        # One that is not automatic only reads like a bounce: judge.py.
        kind=str(Kind.PERSON if message.kind is Kind.BOUNCE and not automatic else message.kind),
        automatic=automatic,
        language=message.language or "",
        authenticated=prepared.trust.authenticated,
        headers=message.headers,
        attachments=tuple((a.name, a.type, a.size) for a in message.attachments),
        size=prepared.size,
        hours=str(policy.calendar_of(prepared.desk).state(prepared.received_at)),
        at=at,
        authentication=str(prepared.trust.authentication),
        files=sum(not a.inline for a in message.attachments),
        spam=verdict(prepared, policy.limits.filter),
        **seen.all(),
        **placed(at, (*to, *cc), organisation, policy.agreements, policy.desks.values()),
    )
    return ordered(found, policy.catalogue)


def _sender(prepared: Prepared) -> str:
    """What stands in From; of what a form sent, the form's, that rules can tell it from others."""
    author = (prepared.through or prepared).message.author
    return author.address.lower() if author else ""


def _local(prepared: Prepared, policy: Policy) -> str:
    """When it came, on the clock of the desk that it was sent to."""
    desk = policy.desks.get(prepared.desk, policy.default_desk)
    return prepared.received_at.astimezone(ZoneInfo(desk.zone)).isoformat(timespec="minutes")[:16]


def verdict(prepared: Prepared, filter: Filter | None) -> str:
    """What our own filter says: only above the Received lines that its server wrote; what stands below, a sender can write as well."""
    if filter is None:
        return ""
    headers, server = prepared.message.headers, filter.server.lower()
    ways = [index for index, (name, _) in enumerate(headers) if name == "received"]
    by = [_written_by(headers[index][1]) for index in ways]
    # The topmost is maild's own; of a mail in a file nobody knows.
    ours = prepared.source in _DOORS or (prepared.source not in _FETCHED and by[:1] != [server])
    last = ours + filter.received
    if by[ours:last] != [server] * filter.received:
        return ""
    above = headers[: ways[last - 1]]
    return next((value for name, value in above if name == filter.header.lower()), "")


def _written_by(received: str) -> str:
    """The server's name behind `by` (RFC 5321 section 4.4)."""
    found = _BY.search(received)
    return found[1].lower().rstrip(".") if found else ""


def alarm_keys(prepared: Prepared, policy: Policy) -> tuple[str, ...]:
    """What leads to the cases of which a monitoring system's mail may be (a rule's `correlate`)."""
    found = policy.wants.correlations
    if not found or not prepared.trust.authenticated:
        return ()
    said = facts(prepared, True, policy)
    keys = (correlation.read(said).key for correlation in found)
    return tuple(dict.fromkeys(alarm_reference(said, key) for key in keys if key))


def alarm_reference(said: Facts, key: str) -> str:
    """Nobody else speaks of it: a key is its domain's, and its author's at a domain where everybody may have an address."""
    return reference(said.author if said.domain in PUBLIC else said.domain, key)


def alarm_budget(now: datetime) -> tuple[str, int]:
    """The letters of an hour about what monitoring systems say."""
    return ("alarms", int(now.timestamp()) // 3600)


def lookup(arrival: Prepared | Wake | Undelivered | Morning | Warnings, policy: Policy, now: datetime) -> Lookup:
    """The one question."""
    if isinstance(arrival, Wake | Warnings):
        return _of_time(arrival, policy, now)
    if isinstance(arrival, Undelivered):
        return _of_letter(arrival, policy, now)
    if isinstance(arrival, Morning):
        return Lookup(agenda=agenda_of(arrival.handler, policy), swaps=swaps_since(policy, now))
    message = arrival.message
    address = message.author.address.lower() if message.author else arrival.sender.lower()
    original = message.bounce.original_message_id if message.bounce else None
    handler = policy.handler_of_address(address)
    registered = handler.address if handler else address
    scope = asked.scope(message, policy.texts.vocabulary)
    named_there = customers(arrival, policy)
    alarms = alarm_keys(arrival, policy)
    named = verbs.verbs_in(message.own_text, policy.texts.vocabulary) if handler else frozenset[str]()
    return Lookup(
        # An answer to a letter of ours may be one that acts: a handler's, an approver's, a customer's to an offer.
        marks=marks(arrival) if handler or arrival.tokens else (),
        letters=tuple({token.letter for token in (*arrival.tokens, *arrival.ids, *arrival.marks)}),
        message_ids=(*message.references, *alarms, *_known_by(arrival), *((original,) if original else ())),
        # What a handler's command may name: /wait #1050, /merge 1050, /cc bo@kunde.example, or 1042 close.
        numbers=(
            *numbers_in(message.subject),
            *((*commanded_numbers(message.own_text), *leading_numbers(message.own_text)) if handler else ()),
        ),
        # LIMITS  Where forms name customers in several ways, and a mail names several, the first is known best.
        address=next(iter(named_there), address),
        parks=handler is not None,
        logs=bool({"undo", "due"} & named),
        doubted=handler.key if handler else "",
        mine=handler.key if handler and "list" in named else "",
        traces="why" in named,
        swaps=swaps_since(policy, now),
        pages=now if policy.rotas else None,
        counters=tuple(counters.all_of(policy, now)),
        budgets=(
            *_budgets_of(arrival, address, registered, now),
            *(budget.status_keys(address, now) if scope else ()),
            *(budget.forward_key(address, now) for address in policy.wants.forwards),
            *(key for customer in named_there for key in budget.keys(customer, now)),
            *(*((alarm_budget(now),) if alarms else ()), *page_budgets(policy, now)),
        ),
        people=_people(message, handler, policy, named_there),
        incidents=policy.wants.incidents,
        sticky=any(choice.how == "sticky" for choice in policy.wants.choices),
        whose=whose(policy, address, scope) if scope else None,
        counting=counting(policy, next(iter(named_there), registered), now),
    )


def of_entry(arrival: Occurrence, policy: Policy, now: datetime) -> Lookup:
    """Whose turn it is, and who the customer is."""
    entry = policy.recurring.get(arrival.entry)
    return Lookup(
        counters=tuple(counters.all_of(policy, now)),
        people=(*((entry.customer,) if entry and entry.customer else ()), *policy.wants.addresses),
        sticky=any(choice.how == "sticky" for choice in policy.wants.choices),
        swaps=swaps_since(policy, now),
    )


def _of_time(arrival: Wake | Warnings, policy: Policy, now: datetime) -> Lookup:
    """A letter about one case shows what was said, a list names its cases only; a step may escalate it, or tell who has duty; and it
    may call people."""
    if isinstance(arrival, Warnings):
        return Lookup(cases=arrival.cases, talks=len(arrival.cases) == 1)
    if not policy.times:
        return Lookup(cases=(arrival.case,))
    lines = (turn_key(line_choice(desk, line), desk.key) for desk in policy.desks.values() for line in desk.lines)
    return Lookup(
        cases=(arrival.case,),
        counters=tuple(lines),
        swaps=swaps_since(policy, now),
        talks=bool(policy.slas or policy.rotas),
        pages=now if policy.rotas else None,
        budgets=page_budgets(policy, now),
    )


def _people(message: Message, handler: Handler | None, policy: Policy, named_there: tuple[str, ...]) -> tuple[str, ...]:
    """Whom the mail or the rules name; of a form's mail also the form itself."""
    found = (*(_named(message) if handler else ()), *policy.wants.addresses, *named_there)
    return (*found, message.author.address.lower()) if named_there and message.author else found


def _budgets_of(arrival: Prepared, address: str, registered: str, now: datetime) -> tuple[tuple[str, int], ...]:
    """Those of whoever sent it; of an unproven mail also that of letters which ask the handler in whose name it came."""
    if arrival.trust.authenticated:
        return (budget.proven_key(address, now),)
    return (*budget.keys(address, now), unverified_key(registered, now))


def _of_letter(arrival: Undelivered, policy: Policy, now: datetime) -> Lookup:
    """A page that does not arrive goes to the next."""
    paging = now if policy.rotas else None
    return Lookup(
        letters=(arrival.letter,), swaps=swaps_since(policy, now), pages=paging, budgets=page_budgets(policy, now)
    )


def counting(policy: Policy, address: str, now: datetime) -> Counting | None:
    """What the rules want to have counted, if anything.  At a domain where everybody may have an address only the person is counted."""
    if not address or not (policy.asks.cases or policy.asks.counts):
        return None
    domain, organisation = address.rpartition("@")[2], policy.directory.organisation(address)
    whole = domain if domain not in PUBLIC else ""
    domains = {"domain": (whole,) if whole else (), "organisation": organisation.domains if organisation else ()}
    people = {
        "person": (address,),
        "domain": () if whole else (address,),
        "organisation": organisation.contacts if organisation else (),
    }
    since = tuple(now - timedelta(seconds=seconds) for _, seconds in policy.asks.counts)
    return Counting(address, domains, people, policy.asks.counts, since, policy.asks.cases)


def page_budgets(policy: Policy, now: datetime) -> tuple[tuple[str, int], ...]:
    """The pages of an hour to the people of each rota."""
    return tuple(page_budget(rota, now) for rota in policy.rotas)


def page_budget(rota: str, now: datetime) -> tuple[str, int]:
    return (f"pages:{rota}", int(now.timestamp()) // HOUR)


def swaps_since(policy: Policy, now: datetime) -> datetime | None:
    """From when on it matters who has swapped his duty: what is over may still be answered, and is said to be over."""
    return now - _OVER if policy.rotas else None


def whose(policy: Policy, address: str, scope: str) -> Whose:
    """The cases that this person may ask for: his own, and a contact's are his organisation's."""
    organisation = policy.organisation_of_contact(address) if scope == asked.ALL else None
    return Whose(organisation.contacts, organisation.domains) if organisation else Whose((address,))


def agenda_of(key: str, policy: Policy) -> Asked | None:
    """What a handler's agenda must know: his open cases, nobody's at his desks, and those of whom he may stand in for."""
    handler = policy.handlers.get(key)
    if handler is None:
        return None
    others = tuple(h.key for h in policy.handlers.values() if key in h.cover)
    return Asked((key, *others), handler.desks or tuple(policy.desks))


def _known_by(prepared: Prepared) -> tuple[str, ...]:
    """Its own id, should it have come before in another form, and what another system calls the matter."""
    own = prepared.message.message_id
    return (*((own,) if own else ()), *foreign_numbers(prepared))


def unverified_key(address: str, now: datetime) -> tuple[str, int]:
    """The budget of letters that tell a handler of an unproven mail in his name: one an hour."""
    return (f"unverified:{address}", int(now.timestamp()) // HOUR)


def _named(message: Message) -> tuple[str, ...]:
    """Whom a handler's mail may be about: addresses and telephone numbers in it, and whose mail he passes on."""
    passed = message.forwarded.author if message.forwarded else None
    found = (*addresses_in(message.own_text), *phones_in(message.own_text))
    return (*found, passed.address.lower()) if passed else found


def named_in_form(prepared: Prepared, where: Named) -> Address | None:
    """Whom a web form's mail names as its customer: one address in Reply-To, or behind the field's name; None where it is not plain.

    A field that was left empty names nobody: the next line counts only where nothing but an address stands in it.
    """
    message = prepared.message
    if not where.field:
        found = [one for one in message.reply_to if addresses_in(one.address) == (one.address.lower(),)]
        return Address(found[0].name, found[0].address.lower()) if len(found) == 1 else None
    behind = rf"^[^\S\n]*{re.escape(where.field)}[^\S\n]*[:=]([^\n]*)(?=(?:\n([^\n]*))?)"
    said = [
        (match[1].strip(), (match[2] or "").strip(" \t\r<>"))
        for match in re.finditer(behind, message.text[:TEXT], re.M | re.I)
    ]
    # A field that stands there twice was written by whoever filled the form in.
    beside, below = said[0] if len(said) == 1 else ("", "")
    addresses = addresses_in(beside or below)
    if len(addresses) != 1 or (not beside and addresses != (below.lower(),)):
        return None
    return Address("", addresses[0])


def of_form(prepared: Prepared, policy: Policy) -> bool:
    """Whether it is the proven mail of a web form."""
    author = prepared.message.author
    return author is not None and author.address.lower() in policy.directory.forms and prepared.trust.authenticated


def customers(prepared: Prepared, policy: Policy) -> tuple[str, ...]:
    """Whom rules may make the customer of a form's mail."""
    if not of_form(prepared, policy):
        return ()
    found = (named_in_form(prepared, way) for way in policy.wants.forms)
    return tuple(dict.fromkeys(one.address for one in found if one))
