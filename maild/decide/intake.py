"""intake: what a mail from outside does.  A new case, an addition to one, or nothing; never a command.

An automatic mail is filed: it joins its case if it has one, else opens a quiet one; it reopens nothing, touches no clock and is
answered by nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from maild.decide import (
    asked,
    assents,
    contact,
    deeds,
    effects,
    notices,
    over,
    pledges,
    quarantine,
    reminding,
    required,
    rest,
    scheduling,
    voting,
)
from maild.decide.absence import away
from maild.decide.arithmetic import considered
from maild.decide.assign import choose
from maild.decide.ledger import Ledger
from maild.decide.route import route
from maild.decide.seeing import asked as asked_of
from maild.decide.thread import Join
from maild.model.case import Case
from maild.model.customer_events import Thanked
from maild.model.events import (
    Assigned,
    Ignored,
    Opened,
    Received,
    Reopened,
    Status,
    Watched,
)
from maild.model.message import Kind
from maild.model.people import MAILD, Possession, person_party
from maild.model.plan import Prepared
from maild.model.policy import Choice
from maild.model.related_events import Included
from maild.model.subject import untagged
from maild.model.trust_events import Doubted, Vouched
from maild.model.verdict import Shadow, Tried, Verdict

# Of so many rules (fifty and the two built in) a trace names every one, with what failed; of more only those that matched: the others
# can be asked again.
_FEW_RULES = 52


def add(ledger: Ledger, prepared: Prepared, join: Join, automatic: bool) -> None:
    """The mail belongs to a case that exists."""
    assert join.case is not None
    case_id = join.case.id
    party = ledger.person(prepared)
    # The customer does not know that somebody reads along.
    hidden = join.standing == "stranger" or join.case.follows(party)
    row = ledger.file(prepared, case_id, party, join.standing, internal="internal" if hidden else "")
    ledger.happen(case_id, party, Received(row, party, join.standing, join.evidence, automatic))
    stranger = join.standing == "stranger"
    if ledger.case(case_id).doubted and not automatic and _is_the_customer_s(prepared, join):
        ledger.happen(case_id, party, Vouched(party))
    _heard(ledger, prepared, case_id, automatic=automatic)
    if party in ledger.case(case_id).watchers and party not in ledger.case(case_id).participants and not automatic:
        ledger.happen(case_id, MAILD, Included(party))
    case = ledger.case(case_id)
    if not automatic and not stranger and case.ended and not case.history and _thanks(ledger, prepared):
        ledger.happen(case_id, party, Thanked(row, party))
        notices.tell(ledger, case_id, notices.Telling(prepared, ledger.show(prepared, row), party))
        return
    if not automatic and not stranger:
        rest.heard(ledger, case_id)
        pledges.asked(ledger, case_id, prepared.received_at)
        reminding.heard(ledger, case_id)
    if (
        (case.status is Status.SOLVED or case.history)
        and not automatic
        and not stranger
        and _reopens(ledger, prepared, join)
    ):
        ledger.happen(case_id, party, Reopened(party))
        if case.history:
            pledges.begin(ledger, case_id, prepared.received_at)
        if case.history and not has_handler(ledger, case):
            assign(ledger, case_id, route(asked_of(ledger, prepared, automatic, join), ledger.policy.rules))
    if not automatic and join.standing in required.STANDINGS:
        required.heard(ledger, prepared, case_id, row)
    # Who came by an id that everybody copied has is no stranger to the thread, but the handler must know that he is new to the case.
    unknown = join.standing in ("stranger", "thread")
    shown = ledger.show(prepared, row)
    if not assents.offer(ledger, prepared, join, shown, automatic):
        telling = notices.Telling(prepared, shown, party, stranger=unknown, news=scheduling.news(ledger, case_id))
        notices.tell(ledger, case_id, telling)


def _reopens(ledger: Ledger, prepared: Prepared, join: Join) -> bool:
    """Whether a mail to a solved case opens it again, as the rules say; they are asked only where one of them says anything of it."""
    if not ledger.policy.wants.reopens:
        return True
    verdict = route(asked_of(ledger, prepared, False, join), ledger.policy.rules)
    if verdict.value("reopen", True) is True:
        return True
    ledger.trace.update(trace(verdict))
    return False


def _is_the_customer_s(prepared: Prepared, join: Join) -> bool:
    """An answer to a letter that was made for the customer, from his address or proven to be his."""
    answers = join.letter is not None and join.case is not None and join.letter.party == join.case.customer
    proven = join.possession is Possession.OWN or prepared.trust.authenticated
    return answers and proven and join.standing == "customer"


def _thanks(ledger: Ledger, prepared: Prepared) -> bool:
    """Thanks and nothing else; whom they are to is no other matter."""
    author = prepared.message.author
    names = [handler.name for handler in ledger.policy.handlers.values()]
    names += [desk.name for desk in ledger.policy.desks.values()]
    return asked.says_thanks(prepared.message, ledger.policy.texts.vocabulary, (*names, author.name if author else ""))


def begin(ledger: Ledger, prepared: Prepared, join: Join, automatic: bool) -> None:
    """The mail opens a case, unless a rule discards it."""
    if _late_thanks(ledger, prepared, join, automatic) or over.answered(ledger, prepared, join, automatic):
        return
    verdict = route(asked_of(ledger, prepared, automatic, join), ledger.policy.rules)
    ledger.trace.update(trace(verdict))
    discard = verdict.value("discard")
    if discard is not None:
        ledger.happen(None, effects.RULES, Ignored(f"discarded by a rule: {discard}"))
        return
    held = verdict.value("quarantine")
    if held is not None:
        linked = join.case.id if join.case else join.linked
        case_id = quarantine.keep(ledger, prepared, desk_of(ledger, prepared, verdict), linked, str(held))
        effects.labels(ledger, case_id, verdict)
        return
    case_id = opened(ledger, prepared, verdict, join, automatic=automatic)
    row = ledger.next_message() - 1
    # What a program wrote and nobody has is only filed.
    work = not automatic or ledger.case(case_id).handler is not None
    pledges.begin(ledger, case_id, prepared.received_at, runs=work)
    if not automatic:
        required.begin(ledger, prepared, case_id, row, verdict)
        voting.begin(ledger, prepared, case_id, row, verdict)
    notices.tell(
        ledger,
        case_id,
        notices.Telling(
            prepared,
            ledger.show(prepared, row),
            ledger.case(case_id).customer,
            _silent(prepared, verdict, automatic),
            because(verdict),
            new=True,
            template=str(verdict.value("template") or ""),
            news=scheduling.news(ledger, case_id),
            item=next((one.title for one in ledger.policy.catalogue if one.name == verdict.facts.item), ""),
        ),
    )


def _late_thanks(ledger: Ledger, prepared: Prepared, join: Join, automatic: bool) -> bool:
    """Thanks to a case that is over for good are no new matter either."""
    case = ledger.known.cases.get(join.linked or 0)
    party = person_party(ledger.known.author.id) if ledger.known.author else ""
    late = case is not None and case.status is Status.CLOSED and party in case.participants and not automatic
    if not late or not _thanks(ledger, prepared):
        return False
    add(ledger, prepared, replace(join, case=case, standing="participant", linked=None), automatic)
    return True


def opened(ledger: Ledger, prepared: Prepared, verdict: Verdict, join: Join, *, automatic: bool = True) -> int:
    """A new case with all that the rules say of it; nobody is told yet."""
    case_id = _open(ledger, prepared, verdict, join)
    _heard(ledger, prepared, case_id, automatic=automatic)
    for desk in prepared.also:
        if desk in ledger.policy.desks and desk != ledger.case(case_id).desk:
            ledger.happen(case_id, MAILD, Watched(desk))
    decide(ledger, prepared, case_id, verdict)
    return case_id


def _heard(ledger: Ledger, prepared: Prepared, case_id: int, *, automatic: bool) -> None:
    """That an address was filled in somewhere says nothing of whether it works."""
    if prepared.through is None:
        contact.heard(ledger, prepared, case_id, automatic=automatic)


def _open(ledger: Ledger, prepared: Prepared, verdict: Verdict, join: Join) -> int:
    desk = desk_of(ledger, prepared, verdict)
    case_id, party = ledger.next_case(), ledger.person(prepared)
    row = ledger.file(prepared, case_id, party, "customer")
    person = ledger.people.get(party)
    language = str(verdict.value("language") or contact.language(ledger, person, prepared, desk))
    subject = ledger.subject(untagged(prepared.subject, ledger.known.by_number))
    ledger.open(case_id, party, Opened(ledger.number(desk), desk, subject, party, language, row, join.linked))
    if not prepared.trust.authenticated:
        ledger.happen(case_id, MAILD, Doubted())
    return case_id


def desk_of(ledger: Ledger, prepared: Prepared, verdict: Verdict) -> str:
    """The desk whose case it is."""
    # A reload between reading and settling may have taken it away.
    asked_for = str(verdict.value("desk", prepared.desk))
    return asked_for if asked_for in ledger.policy.desks else ledger.policy.default_desk.key


def decide(ledger: Ledger, prepared: Prepared, case_id: int, verdict: Verdict) -> None:
    """All that the rules want of a case that was just opened."""
    effects.apply(ledger, case_id, verdict)
    assign(ledger, case_id, verdict)
    deeds.apply(ledger, prepared, case_id, verdict)


def assign(ledger: Ledger, case_id: int, verdict: Verdict) -> None:
    """Give the case to whom the rules name."""
    case, choice = ledger.case(case_id), deeds.chosen(ledger, case_id, verdict)
    last = ledger.known.last.get(case.customer, "")
    weighed = (choice, case.desk, ledger.policy, ledger.known.counters, away(ledger), last)
    chosen = choose(*weighed)
    ledger.turn(chosen)
    assignment = {"handler": chosen.handler, "reason": chosen.reason, "considered": considered(*weighed)}
    ledger.trace["assignment"] = {**assignment, **({"turn": chosen.turn} if chosen.turn else {})}
    ledger.happen(case_id, MAILD, Assigned(chosen.handler, chosen.reason))


def has_handler(ledger: Ledger, case: Case) -> bool:
    handler = ledger.policy.handlers.get(case.handler or "")
    return handler is not None and not handler.retired


def _silent(prepared: Prepared, verdict: Verdict, automatic: bool) -> str:
    """Why there is no acknowledgement, "" if there is one."""
    if automatic:
        return "the mail is automatic"
    if prepared.message.automatic and prepared.message.kind is Kind.PERSON:
        return "the sender asks for no automatic answer"
    if verdict.value("acknowledge") is False:
        return f"rule {verdict.decisions['acknowledge'].rule}"
    if any(recipient.startswith("postmaster@") or recipient == "postmaster" for recipient in prepared.recipients):
        return "mail to postmaster"
    return notices.LATE if prepared.source == "late" else ""


def because(verdict: Verdict) -> str:
    """What a handler reads of why it is his, or urgent."""
    decided = verdict.decisions.get("priority") or verdict.decisions.get("desk")
    return decided.because if decided else ""


def trace(verdict: Verdict) -> dict[str, object]:
    """Which rules were asked, and what they decided; of many rules those that matched, and how many were asked.

    took: those that decided anything.
    """
    shadows = [_shadow(verdict, shadow) for shadow in verdict.shadows]
    few = len(verdict.asked) <= _FEW_RULES
    return {
        "took": list(verdict.took),
        **({"shadows": shadows} if shadows else {}),
        "rules": told(verdict.tried if few else verdict.matched),
        "asked": len(verdict.asked),
        "decisions": {
            name: {"value": _plain(d.value), "rule": d.rule, "where": d.where, "because": d.because}
            for name, d in verdict.decisions.items()
        },
    }


def told(tried: Iterable[Tried]) -> list[dict[str, object]]:
    """Rules as a trace has them."""
    return [{"name": t.name, "where": t.where, "matched": t.matched, "failed": t.failed} for t in tried]


def _shadow(verdict: Verdict, shadow: Shadow) -> dict[str, object]:
    """differs: those of its decisions that came out otherwise without it."""
    now = {name: verdict.value(name) for name in shadow.would}
    differs = [
        name
        for name, value in shadow.would.items()
        if (set(value) - set(_list(now[name])) if isinstance(value, tuple) else value != now[name])
    ]
    would = {name: _plain(value) for name, value in shadow.would.items()}
    loses = {name: _plain(value) for name, value in shadow.loses.items()}
    more = {"loses": loses} if loses else {}
    return {"name": shadow.name, "where": shadow.where, "would": would, "differs": differs, **more}


def _list(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _plain(value: object) -> object:
    if isinstance(value, Choice):
        more = {"otherwise": _plain(value.otherwise)} if value.otherwise else {}
        weights = {"weights": list(value.weights)} if value.weights else {}
        return {"how": value.how, "handlers": list(value.handlers), **weights, **more}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, bool | int) else str(value)
