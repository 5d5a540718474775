"""seeing: what of a mail's facts only the database tells.  seen(prepared, known) -> Seen; asked(ledger, ...) -> Facts.  Pure."""

from __future__ import annotations

from maild.decide.facts import facts
from maild.decide.ledger import Ledger
from maild.decide.thread import Join
from maild.model.known import Known
from maild.model.people import person_party
from maild.model.plan import Prepared
from maild.model.policy import Facts
from maild.model.seen import Seen
from maild.model.subject import bare_subject


def asked(ledger: Ledger, prepared: Prepared, automatic: bool, join: Join | None = None) -> Facts:
    """The facts for the rules; the trace keeps what the mail does not tell itself."""
    found = seen(prepared, ledger.known, join)
    if plain := found.plain():
        ledger.trace["seen"] = plain
    return facts(prepared, automatic, ledger.policy, found)


def seen(prepared: Prepared, known: Known, join: Join | None = None) -> Seen:
    """join: where the mail goes."""
    author, counted = known.author, known.counted
    earlier = join.case or known.cases.get(join.linked or 0) if join else None
    return Seen(
        known=author is not None,
        muted=author is not None and author.muted,
        marked_spam=author is not None and author.spam,
        cases=counted.cases,
        counts=counted.counts,
        same_subject=_same_subject(prepared, known),
        case_status=str(earlier.status) if earlier else "",
        possession=str(join.possession) if join else "none",
    )


def _same_subject(prepared: Prepared, known: Known) -> bool:
    """Whether he has an open case of that subject, whatever replies put before it."""
    wanted = bare_subject(prepared.message.subject)
    others = known.others.get(person_party(known.author.id), ()) if known.author else ()
    return wanted != "" and any(bare_subject(other.subject) == wanted for other in others)
