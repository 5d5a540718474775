"""voting: a case that a rule wants approved (`approve`): the approvers are asked at once, and the case rests until it is decided.

begin(...)    asks them; only where the customer is proven, or a handler passed it on: what nobody vouches for is shown to nobody.
              Where they cannot be asked the case rests all the same, and its handler reads why
counted(...)  after a vote, or when one cannot come any more: enough said yes, or too many did not
A handler who wants more asks by /request as ever; a ballot counts only those whom the rule asked.
"""

from __future__ import annotations

from maild.decide import asking, budget, discreet, notices, tasklist
from maild.decide.ledger import Ledger
from maild.model.approval import Approval, Unasked
from maild.model.asking_events import Requested, Withdrawn
from maild.model.case import Case
from maild.model.errands import APPROVED, OPEN, Request
from maild.model.events import Waiting, Woken
from maild.model.known import Shown
from maild.model.people import MAILD, handler_party
from maild.model.plan import Prepared
from maild.model.rule_events import Balloted, Carried, Defeated, Unballoted
from maild.model.verdict import Verdict

DECIDED = "it was voted on"
_LONGEST = 4000


def begin(
    ledger: Ledger, prepared: Prepared, case_id: int, row: int, verdict: Verdict, *, passed_on: bool = False
) -> None:
    """The rules' `approve`.  passed_on: a handler brought it, who answers for it."""
    value = verdict.value("approve")
    if not isinstance(value, Approval):
        return
    voters = _voters(ledger, prepared, case_id, value)
    until = ledger.now + value.stands
    unasked = _unasked(ledger, prepared, value, voters, passed_on=passed_on)
    if unasked is None and discreet.shut(ledger, case_id, verdict, value, voters):
        unasked = Unasked.CONFIDENTIAL
    if unasked is not None:
        ledger.happen(case_id, MAILD, Unballoted(unasked))
    else:
        # The files of what is passed on are the handler's mail's.
        _ballot(ledger, prepared, case_id, value, voters, () if passed_on else (ledger.show(prepared, row, ""),))
    ledger.happen(case_id, MAILD, Waiting(MAILD, "approval", until))


def _voters(ledger: Ledger, prepared: Prepared, case_id: int, value: Approval) -> list[str]:
    """Nobody votes on what he asks for himself."""
    parties = dict.fromkeys(party for voter in value.by if (party := _party(ledger, voter)))
    return [party for party in parties if party not in (ledger.case(case_id).customer, _own(ledger, prepared))]


def _unasked(
    ledger: Ledger, prepared: Prepared, value: Approval, voters: list[str], *, passed_on: bool
) -> Unasked | None:
    """Why nobody is asked: a number that the rule names is never lowered."""
    if not (prepared.trust.authenticated or passed_on):
        return Unasked.UNPROVEN
    if len(voters) < max(value.need, 1):
        return Unasked.TOO_FEW
    return Unasked.SPENT if _spent(ledger, prepared) else None


def _ballot(
    ledger: Ledger, prepared: Prepared, case_id: int, value: Approval, voters: list[str], files: tuple[Shown, ...]
) -> None:
    words = _words(prepared)
    text = ledger.phrase(case_id, asking.phrase(prepared, words))
    letters = [_ask(ledger, case_id, party, text, words, value, files) for party in voters]
    ledger.happen(case_id, MAILD, Balloted(value.need or len(voters), ",".join(map(str, letters))))


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
