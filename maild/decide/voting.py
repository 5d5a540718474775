"""voting: a case that a rule wants approved (`approve`): the approvers are asked at once, and the case rests until it is decided.

begin(...)    asks them; only where the customer is proven, or a handler passed it on: what nobody vouches for is shown to nobody
counted(...)  after a vote, or when one cannot come any more: enough said yes, or too many did not
A handler who wants more asks by /request as ever; a ballot counts only those whom the rule asked.
"""

from __future__ import annotations

from maild.decide import asking, budget, notices, tasklist
from maild.decide.ledger import Ledger
from maild.model.approval import Approval
from maild.model.asking_events import Requested, Withdrawn
from maild.model.case import Case
from maild.model.errands import APPROVED, OPEN, Request
from maild.model.events import Suppressed, Waiting, Woken
from maild.model.known import Shown
from maild.model.people import MAILD, handler_party
from maild.model.plan import Prepared
from maild.model.rule_events import Balloted, Carried, Defeated
from maild.model.verdict import Verdict

UNPROVEN = "it is not proven who wrote it"
NOBODY_ELSE = "nobody but the customer himself may approve it"
DECIDED = "it was voted on"
_LONGEST = 4000


def begin(
    ledger: Ledger, prepared: Prepared, case_id: int, row: int, verdict: Verdict, *, passed_on: bool = False
) -> None:
    """The rules' `approve`.  passed_on: a handler brought it, who answers for it."""
    value = verdict.value("approve")
    if not isinstance(value, Approval):
        return
    if not (prepared.trust.authenticated or passed_on):
        ledger.happen(case_id, MAILD, Suppressed(ledger.case(case_id).customer, "approval", UNPROVEN))
        return
    customer = ledger.case(case_id).customer
    spent = _spent(ledger, prepared)
    if spent:
        ledger.happen(case_id, MAILD, Suppressed(customer, "approval", spent))
        return
    parties = dict.fromkeys(party for voter in value.by if (party := _party(ledger, voter)))
    # Nobody votes on what he asks for himself.
    voters = [party for party in parties if party not in (customer, _own(ledger, prepared))]
    if not voters:
        ledger.happen(case_id, MAILD, Suppressed(customer, "approval", NOBODY_ELSE))
        return
    words = _words(prepared)
    text = ledger.phrase(case_id, asking.phrase(prepared, words))
    until = ledger.now + value.stands
    # The files of what is passed on are the handler's mail's.
    files = () if passed_on else (ledger.show(prepared, row, ""),)
    letters = [_ask(ledger, case_id, party, text, words, value, files) for party in voters]
    need = min(value.need, len(voters))
    ledger.happen(case_id, MAILD, Balloted(need, ",".join(map(str, letters))))
    ledger.happen(case_id, MAILD, Waiting(MAILD, "approval", until))


def _spent(ledger: Ledger, prepared: Prepared) -> str:
    """Why nobody is asked for him today: he has written too much, be it a robot's loop or a bad joke."""
    author = prepared.message.author
    address = author.address.lower() if author else ""
    ledger.spend(budget.proven_key(address, ledger.now))
    return budget.proven_exhausted(address, ledger.now, ledger.known.budgets, ledger.policy.limits)


def _party(ledger: Ledger, voter: str) -> str:
    handler = ledger.policy.handlers.get(voter) if "@" not in voter else ledger.policy.handler_of_address(voter)
    if handler is not None:
        return "" if handler.retired else handler_party(handler.key)
    return ledger.newcomer(voter, "", None) if "@" in voter else ""


def _own(ledger: Ledger, prepared: Prepared) -> str:
    """The customer as a handler, if he is one."""
    author = prepared.message.author
    handler = ledger.policy.handler_of_address(author.address) if author else None
    return handler_party(handler.key) if handler else ""


def _words(prepared: Prepared) -> str:
    """What they are to approve, and whose wish it is."""
    message = prepared.message
    who = f"{message.author.name} <{message.author.address}>" if message.author else ""
    return "\n\n".join(filter(None, (who, message.subject, message.own_text[:_LONGEST].strip())))


def _ask(
    ledger: Ledger, case_id: int, party: str, text: str, words: str, value: Approval, files: tuple[Shown, ...]
) -> int:
    until, letter = ledger.now + value.stands, ledger.next_letter()
    ledger.happen(case_id, MAILD, Requested(MAILD, party, text, letter, until))
    until_said = tasklist.in_zone(ledger, ledger.case(case_id), until)
    asking.outside(ledger, case_id, party, "approval", "", files, at_once=True, what=words, until=until_said)
    return letter


# --- counting -------------------------------------------------------------------------------------------------------------------


def counted(ledger: Ledger, case_id: int) -> None:
    """Whether it is decided now."""
    case = ledger.case(case_id)
    if not case.need:
        return
    asked = [request for request in case.errands.requests if request.letter in case.ballot]
    yes = sum(request.state == APPROVED for request in asked)
    waiting = [request for request in asked if request.state == OPEN]
    if yes >= case.need:
        _decided(ledger, case, asked, waiting, carried=True)
    elif yes + len(waiting) < case.need:
        _decided(ledger, case, asked, waiting, carried=False)


def _decided(ledger: Ledger, case: Case, asked: list[Request], waiting: list[Request], *, carried: bool) -> None:
    for request in waiting:
        ledger.happen(case.id, MAILD, Withdrawn("request", request.letter))
    ledger.happen(case.id, MAILD, Carried() if carried else Defeated())
    if case.rests and not ledger.case(case.id).ended:
        ledger.happen(case.id, MAILD, Woken(DECIDED))
    about = ledger.subjects.get(asked[0].text, "") if asked else ""
    told = asking.News("ballot_carried" if carried else "ballot_defeated", _who(ledger, case), about)
    asking.news(ledger, case.id, told, asking.who_has(ledger, case.id))
    if not case.ended:
        notices.to_customer(ledger, ledger.case(case.id), case.customer, "decided", (), MAILD, carried=carried)


def _who(ledger: Ledger, case: Case) -> str:
    """Who said yes."""
    found = (request for request in case.errands.requests if request.letter in case.ballot)
    return ", ".join(tasklist.name_of(ledger, request.approver) for request in found if request.state == APPROVED)
