"""enquiry: a customer asks how his cases stand, by the word alone or by an empty mail, and is told; no handler is troubled.

answered(ledger, prepared, join, automatic) -> whether it was that.  Only whom we know and can believe, or who holds a letter made
for him: what stands in the answer is not for everybody who writes a name into From.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from maild.decide import asked, budget, contact, pledges, rights
from maild.decide.ledger import Ledger
from maild.decide.thread import Join
from maild.model.case import Case
from maild.model.customer_events import Enquired
from maild.model.events import Suppressed, Told
from maild.model.known import Person, Standing
from maild.model.message import Address, named
from maild.model.people import MAILD, Possession, handler_of, person_party
from maild.model.plan import Letter, Prepared
from maild.model.subject import without_tag

SHOWN = 30
_TWICE = "asked again within ten minutes"


def answered(ledger: Ledger, prepared: Prepared, join: Join, *, automatic: bool) -> bool:
    """File the question and answer it; False: it is another mail."""
    scope = asked.scope(prepared.message, ledger.policy.texts.vocabulary)
    person = ledger.known.author
    if not scope or automatic or person is None or not _may(ledger, prepared, join):
        return False
    party = person_party(person.id)
    case = join.case if join.case and join.standing in ("customer", "participant") else None
    if scope == asked.ALL and ledger.policy.organisation_of_contact(_from(prepared)) is None:
        scope = asked.OWN
    if case:
        ledger.file(prepared, case.id, party, "enquiry", internal="internal")
        contact.heard(ledger, prepared, case.id, automatic=False)
    ledger.happen(case.id if case else None, party, Enquired(party, scope))
    minutes = budget.status_keys(_from(prepared), ledger.now)
    day = budget.proven_key(_from(prepared), ledger.now)
    spent = budget.proven_exhausted(_from(prepared), ledger.now, ledger.known.budgets, ledger.policy.limits)
    if spent or any(ledger.known.budgets.get(minute, 0) for minute in minutes):
        ledger.happen(case.id if case else None, MAILD, Suppressed(party, "status", spent or _TWICE))
        return True
    ledger.spend(minutes[0])
    ledger.spend(day)
    _tell(ledger, prepared, ledger.people[party], case, scope)
    return True


def _may(ledger: Ledger, prepared: Prepared, join: Join) -> bool:
    """A customer, proven or with a letter of his own; a handler asks by a command, unless the case is his own as a customer."""
    takes_part = join.case is not None and join.standing in ("customer", "participant")
    if ledger.policy.handler_of_address(_from(prepared)) and not takes_part:
        return False
    own = takes_part and join.possession is Possession.OWN
    return prepared.trust.authenticated or own


def _from(prepared: Prepared) -> str:
    author = prepared.message.author
    return author.address.lower() if author else ""


def _tell(ledger: Ledger, prepared: Prepared, person: Person, case: Case | None, scope: str) -> None:
    party = person_party(person.id)
    standing = _to_tell(ledger, party)
    # An answer to this letter belongs to the one case that it tells of.
    home = case or (standing[0].case if len(standing) == 1 and standing[0].case.customer == party else None)
    letter = ledger.next_letter()
    ledger.happen(home.id if home else None, MAILD, Told(party, "status", letter))
    desk = home.desk if home else prepared.desk
    now = ledger.case(home.id) if home and home.id in ledger.known.cases else home
    message_id = prepared.message.message_id or ""
    ledger.owe(
        Letter(
            letter,
            home.id if home else None,
            f"#{home.number}" if home else "",
            "status",
            party,
            Address(_called(prepared), _from(prepared)),
            desk,
            contact.language(ledger, person, prepared, desk),
            _subject(ledger, home) if home else "",
            "you-asked",
            ledger.now,
            automatic="auto-replied",
            seq=now.seq if now else 0,
            values={
                "standing": [_row(ledger, one, party, scope) for one in standing[:SHOWN]],
                "more": len(standing) > SHOWN,
                "organisation": _organisation(ledger, prepared) if scope == asked.ALL else "",
            },
            references=(message_id,) if message_id else (),
            in_reply_to=message_id,
        )
    )


def _to_tell(ledger: Ledger, party: str) -> tuple[Standing, ...]:
    """Also a contact of the whole organisation reads of confidential cases only where they are his own."""
    return tuple(
        one
        for one in ledger.known.standing
        if one.case.customer == party or not rights.confidential(one.case, ledger.policy)
    )


def _called(prepared: Prepared) -> str:
    """As he calls himself in this mail: the name that we know may be that of a forger's mail."""
    author = prepared.message.author
    return author.name if author else ""


def _subject(ledger: Ledger, case: Case) -> str:
    """Empty where nobody proved whose words they are: a forger's shall not come to him in our name."""
    return "" if case.doubted or case.reported else without_tag(ledger.subjects.get(case.subject, ""), case.number)


def _organisation(ledger: Ledger, prepared: Prepared) -> str:
    organisation = ledger.policy.organisation_of_contact(_from(prepared))
    return organisation.name if organisation else ""


def _row(ledger: Ledger, one: Standing, asker: str, scope: str) -> dict[str, Any]:
    """A case as its customer may know it: never who noted what."""
    case, desk = one.case, ledger.policy.desks.get(one.case.desk) or ledger.policy.default_desk
    handler = ledger.policy.handlers.get(case.handler or "")
    return {
        "number": f"#{case.number}",
        "subject": "" if case.doubted or case.reported else without_tag(one.subject, case.number),
        "status": str(case.status),
        "who": handler.name if handler and desk.shows == "handler" else desk.name,
        "whose": _whose(ledger, case) if scope == asked.ALL else "",
        **_dates(ledger, case),
        "last_at": one.last_at,
        "last_by": _last_by(ledger, one, asker, desk.name, names=desk.shows == "handler"),
        "you": one.last_by == asker,
    }


def _dates(ledger: Ledger, case: Case) -> dict[str, datetime]:
    """What was promised; what is past already by another name, so that no letter promises it."""
    promised = {"promised": case.promised_at} if case.promised_at else {}
    found = {**promised, **pledges.told(case, ledger.policy)}
    return {name if at > ledger.now else f"{name}_late": at for name, at in found.items()}


def _whose(ledger: Ledger, case: Case) -> str:
    """By his name only where that is no forger's."""
    customer = ledger.people.get(case.customer)
    if customer is None:
        return ""
    return customer.address if case.doubted else named(customer.name, customer.address)


def _last_by(ledger: Ledger, one: Standing, asker: str, desk: str, *, names: bool) -> str:
    if one.last_by == asker:
        return ""
    key = handler_of(one.last_by)
    if key is not None:
        handler = ledger.policy.handlers.get(key)
        return handler.name if handler and names else desk
    return _whose(ledger, one.case) if one.last_by == one.case.customer else ""
