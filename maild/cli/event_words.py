"""event_words: an event of a case as one short English line.

sentence(event, name, zone) -> "assigned to Kari Nordmann (round robin)".  name turns a party into a person's name.  A kind that has
no sentence here is told by its name and its facts, so that nothing is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Any

Name = Callable[[str], str]
Facts = Mapping[str, Any]
# A commitment to a text says something to a computer only.
_UNASKED = {
    "unproven": "it is not proven who wrote it",
    "spent": "the sender has written too much today",
    "too_few": "without the customer there are too few",
    "confidential": "the case is confidential",
}
_COMMITMENT = re.compile(r"[0-9a-f]{32}")


def sentence(event: Mapping[str, Any], name: Name, zone: tzinfo) -> str:
    """What happened, and by whom where that is not plain."""
    facts, kind = event["data"], event["kind"]
    try:
        told = SENTENCES[kind](facts, name) if kind in SENTENCES else _by_facts(kind, facts, name)
    except (KeyError, TypeError, AttributeError):  # an event of another release, with other fields
        told = _by_facts(kind, facts, name)
    closes = facts.get("closes_at")
    until = f"; closes for good {_day(closes, zone)}" if isinstance(closes, str) else ""
    actor = event["actor"]
    # A reason names who did it, where that was a person.
    by = f", by {name(actor)}" if kind in _BY_ACTOR and actor not in ("", "maild") and not facts.get("reason") else ""
    return f"{told}{by}{until}"


def _day(iso: str, zone: tzinfo) -> str:
    try:
        return datetime.fromisoformat(iso).astimezone(zone).date().isoformat()
    except ValueError:
        return iso


def _opened(facts: Facts, name: Name) -> str:
    linked = ", linked to an earlier case" if facts.get("linked") else ""
    return f"case opened at desk {facts['desk']}{linked}"


def _received(facts: Facts, name: Name) -> str:
    automatic = ", automatic" if facts.get("automatic") else ""
    evidence = "" if facts["evidence"] in ("", "none") else f" ({facts['evidence']})"
    return f"mail received from {name(facts['by'])} as {facts['standing']}{automatic}{evidence}"


def _assigned(facts: Facts, name: Name) -> str:
    if not facts["handler"]:
        return "given back to the desk" + ("" if facts["reason"] == "given back" else _because(facts))
    return f"assigned to {name('handler:' + facts['handler'])}{_because(facts)}"


def _solved(facts: Facts, name: Name) -> str:
    return "solved" + (", without telling the customer" if facts.get("quiet") else "")


def _waiting(facts: Facts, name: Name) -> str:
    if facts["on"] == "approval":
        return "rests until it is approved"
    if facts["on"] == "time":
        return f"rests until {facts['until_at']}"
    return "waits for the customer" if facts["on"] == "customer" else "rests until another case is solved"


def _prompted(facts: Facts, name: Name) -> str:
    if not facts["letter"]:
        return "the customer cannot be reminded"
    closes = f"; the case is closed {facts['closes_at']} if he says nothing" if facts.get("closes_at") else ""
    return f"reminder {facts['number']} to the customer{closes}"


def _bounced(facts: Facts, name: Name) -> str:
    what = "did not arrive" if facts.get("permanent") else "is delayed"
    return f"a letter to {name(facts['to'])} {what}" + (f" ({facts['status']})" if facts.get("status") else "")


def _declined(facts: Facts, name: Name) -> str:
    return f"refused to {name(facts['by'])}: {facts['what']}" + (f" ({facts['hint']})" if facts.get("hint") else "")


def _erased(facts: Facts, name: Name) -> str:
    return f"the customer was erased: {facts['messages']} messages and {facts['letters']} letters are gone"


def _tasked(facts: Facts, name: Name) -> str:
    until = f", by {facts['due_at']}" if facts.get("due_at") else ""
    return f"task for {name('handler:' + facts['handler'])}{until}"


def _announced(facts: Facts, name: Name) -> str:
    letters = facts["letters"]
    return f"{name(facts['by'])} told the incident's customers ({letters} {'letter' if letters == 1 else 'letters'})"


def _clocked(facts: Facts, name: Name) -> str:
    whose = f", for {facts['organisation']}" if facts.get("organisation") else ""
    return f"clocks run since {facts['since_at']}{whose}"


def _target(facts: Facts) -> str:
    return str(facts["target"]).replace("_", " ")


def _because(facts: Facts) -> str:
    return f" ({facts['reason']})" if facts.get("reason") else ""


def _by_facts(kind: str, facts: Facts, name: Name) -> str:
    told = ", ".join(
        f"{key.replace('_', ' ')} {_value(value, name)}" for key, value in facts.items() if _says_something(value)
    )
    return f"{kind.replace('_', ' ')}: {told}" if told else kind.replace("_", " ")


def _value(value: Any, name: Name) -> str:
    return name(value) if isinstance(value, str) else str(value)


def _says_something(value: Any) -> bool:
    return value not in (None, "", False) and not (isinstance(value, str) and _COMMITMENT.fullmatch(value))


_BY_ACTOR = frozenset(
    {
        "assigned",
        "moved",
        "prioritised",
        "labelled",
        "waiting",
        "solved",
        "reopened",
        "closed",
        "merged",
        "split",
        "linked",
        "unlinked",
        "grouped",
        "ungrouped",
        "gathered",
        "parted",
        "included",
        "excluded",
        "copied",
        "uncopied",
        "erased",
        "accepted",
        "attributed",
    }
)
SENTENCES: dict[str, Callable[[Facts, Name], str]] = {
    "opened": _opened,
    "received": _received,
    "replied": lambda facts, name: f"{name(facts['by'])} answered the customer",
    "noted": lambda facts, name: f"{name(facts['by'])} wrote an internal note",
    "filed": lambda facts, name: f"mail of {name(facts['by'])} filed",
    "imported": lambda facts, name: "imported as history, closed until somebody answers",
    "assigned": _assigned,
    "moved": lambda facts, name: f"moved to desk {facts['desk']}",
    "watched": lambda facts, name: f"desk {facts['desk']} got the mail too and is told",
    "prioritised": lambda facts, name: f"priority {facts['priority']}{_because(facts)}",
    "reported": lambda facts, name: "a handler tells of it; its customer does not read what it is called by",
    "doubted": lambda facts, name: "nobody proved who wrote what it is called by",
    "vouched": lambda facts, name: f"{name(facts['by'])} answered, so that the case is the customer's own",
    "restricted": lambda facts, name: f"confidential{_because(facts)}",
    "typed": lambda facts, name: f"is a {facts['type']}{_because(facts)}",
    "categorised": lambda facts, name: f"category {facts['category']}{_because(facts)}",
    "followed": lambda facts, name: f"{name(facts['party'])} reads along",
    "forwarded": lambda facts, name: f"the mail went on to {name(facts['to'])}",
    "labelled": lambda facts, name: f"labelled {facts['label']}",
    "waiting": _waiting,
    "woken": lambda facts, name: f"open again ({facts['reason']})",
    "left": lambda facts, name: f"{name('handler:' + facts['handler'])} is away" + (", says the mailbox" if facts["provisional"] else ""),
    "returned": lambda facts, name: f"{name('handler:' + facts['handler'])} is back",
    "solved": _solved,
    "reopened": lambda facts, name: "reopened",
    "closed": lambda facts, name: "closed for good",
    "acknowledged": lambda facts, name: f"acknowledgement to {name(facts['to'])}",
    "told": lambda facts, name: f"{facts['what']} to {name(facts['to'])}",
    "suppressed": lambda facts, name: f"no {facts['what']} to {name(facts['to'])}: {facts['reason']}",
    "declined": _declined,
    "parked": lambda facts, name: f"a mail of {name(facts['by'])} waits for a word ({facts['reason']})",
    "finished": lambda facts, name: f"the mail of {name(facts['by'])} that waited was {facts['how']}",
    "undone": lambda facts, name: f"{name(facts['by'])} undid what his mail had done",
    "taken_back": lambda facts, name: f"{facts['what']} to {name(facts['to'])} taken back before it left",
    "retracted": lambda facts, name: f"{name(facts['by'])} took the answer back before it left",
    "requeued": lambda facts, name: f"{facts['what']} to {name(facts['to'])} leaves after all",
    "reissued": lambda facts, name: f"the answer goes out after all: {name(facts['by'])} undid what had taken it back",
    "unlabelled": lambda facts, name: f"no longer labelled {facts['label']}",
    "worked": lambda facts, name: f"{name(facts['by'])} worked {facts['minutes']} minutes{_because(facts)}",
    "titled": lambda facts, name: f"{name(facts['by'])} gave it a title",
    "promised": lambda facts, name: f"promised for {facts['until_at']}" if facts["until_at"] else "nothing is promised any more",
    "prompted": _prompted,
    "scheduled": lambda facts, name: f"the work begins {facts['starts_at']}",
    "bounced": _bounced,
    "muted": lambda facts, name: f"no more automatic letters to {name(facts['party'])}: they come back ({facts['status']})",
    "unmuted": lambda facts, name: f"{name(facts['party'])} wrote: letters go there again",
    "merged": lambda facts, name: "goes on in another case",
    "unmerged": lambda facts, name: "goes on by itself again",
    "absorbed": lambda facts, name: f"{name(facts['by'])} merged another case into this one",
    "separated": lambda facts, name: "a case that was merged into this one goes on by itself again",
    "split": lambda facts, name: "a mail became a case of its own",
    "linked": lambda facts, name: "linked to another case",
    "unlinked": lambda facts, name: "a link to another case taken away",
    "included": lambda facts, name: f"{name(facts['party'])} takes part",
    "excluded": lambda facts, name: f"{name(facts['party'])} takes part no more",
    "copied": lambda facts, name: f"{name(facts['party'])} gets copies",
    "uncopied": lambda facts, name: f"{name(facts['party'])} gets no more copies",
    "declared": lambda facts, name: f"{name(facts['by'])} {'made it an incident' if facts['title'] else 'said it is no incident'}",
    "grouped": lambda facts, name: "belongs to an incident",
    "ungrouped": lambda facts, name: "belongs to no incident any more",
    "gathered": lambda facts, name: "another case belongs to this incident",
    "parted": lambda facts, name: "a case does not belong to this incident any more",
    "announced": _announced,
    "relayed": lambda facts, name: f"what {name(facts['to'])} said is passed on; a reply to that letter goes back",
    "continued": lambda facts, name: "a reply to the letter about it is read as that mail was",
    "represented": lambda facts, name: f"for {name('handler:' + facts['team'])}",
    "reasked": lambda facts, name: "the customer is asked to confirm his answer to the offer",
    "informed": lambda facts, name: f"{name(facts['by'])} told the customer of the incident",
    "archived": lambda facts, name: f"taken into the archive by {name(facts['by'])}",
    "erased": _erased,
    "altered": lambda facts, name: f"somebody erased was masked in a {facts['what']}",
    "expired": lambda facts, name: f"its time has come: {facts['messages']} messages and {facts['letters']} letters deleted",
    "enquired": lambda facts, name: f"{name(facts['by'])} asked how his cases stand",
    "thanked": lambda facts, name: f"{name(facts['by'])} said thanks; nothing is reopened",
    "accepted": lambda facts, name: f"{name(facts['party'])} takes part from now on",
    "dismissed": lambda facts, name: f"{name(facts['party'])} takes part no more",
    "attributed": lambda facts, name: f"the case is {name(facts['customer'])}'s",
    "ignored": lambda facts, name: f"nothing done: {facts['reason']}",
    "held": lambda facts, name: f"held by a bug ({facts['error']})",
    "restored": lambda facts, name: f"database restored as it was at {facts['copied_at']}; {facts['letters']} letters held",
    "released": lambda facts, name: f"{facts['letters']} letters that a restore held were {facts['fate']}",
    "tasked": _tasked,
    "reminded": lambda facts, name: f"task {facts['task']} " + ("is due" if facts["due"] else "told to its handler"),
    "completed": lambda facts, name: f"task {facts['task']} done by {name(facts['by'])}",
    "uncompleted": lambda facts, name: f"task {facts['task']} is open again",
    "asked": lambda facts, name: f"question to {name(facts['supplier'])}",
    "answered": lambda facts, name: f"{name(facts['supplier'])} answered; only handlers see it",
    "offered": lambda facts, name: f"{facts['amount']} offered to the customer, until {facts['until_at']}",
    "offer_accepted": lambda facts, name: f"{name(facts['by'])} accepted the offer",
    "offer_refused": lambda facts, name: f"{name(facts['by'])} declined the offer",
    "alarmed": lambda facts, name: f"a monitoring system says that it is {facts['state']}",
    "balloted": lambda facts, name: f"must be approved: {facts['need']} of {facts['letters'].count(',') + 1}",
    "unballoted": lambda facts, name: f"must be approved, and nobody was asked: {_UNASKED.get(facts['reason'], facts['reason'])}",
    "carried": lambda facts, name: "approved: enough said yes",
    "defeated": lambda facts, name: "not approved: too few said yes",
    "facts_wanted": lambda facts, name: f"must be known: {facts['facts']}",
    "facts_asked": lambda facts, name: f"the customer was asked for {facts['facts']}",
    "fact_given": lambda facts, name: f"{facts['fact']} was said",
    "fact_doubted": lambda facts, name: f"nobody proved who said {facts['fact']}",
    "fact_vouched": lambda facts, name: f"{facts['fact']} confirmed by {name(facts['by'])}",
    "requested": lambda facts, name: f"{name(facts['approver'])} asked for approval, until {facts['until_at']}",
    "approved": lambda facts, name: f"approved by {name(facts['by'])}",
    "rejected": lambda facts, name: f"not approved by {name(facts['by'])}",
    "lapsed": lambda facts, name: "an offer or a request for approval got no answer in time",
    "withdrawn": lambda facts, name: f"{facts['what']} taken back",
    "escalated": lambda facts, name: f"escalated to line {facts['line']}" if facts["line"] else "with no line",
    "clocked": _clocked,
    "pledged": lambda facts, name: f"told the customer: {_target(facts)} by {facts['due_at']}",
    "warned": lambda facts, name: f"step {facts['step']} of the ladder: {_target(facts)}",
    "breached": lambda facts, name: f"too late: {_target(facts)} was due {facts['due_at']}",
    "untended": lambda facts, name: f"nobody has taken it since {facts['since_at']}",
    "spammed": lambda facts, name: f"closed as spam of {name(facts['sender'])}",
    "cleared": lambda facts, name: f"no spam of {name(facts['sender'])}",
    "quarantined": lambda facts, name: f"in quarantine, for an earlier mail of {name(facts['sender'])} was spam",
    "duty_offered": lambda facts, name: (
        f"{name('handler:' + facts['handler'])} to have the duty {facts['rota']} of {name('handler:' + facts['was'])}"
        f" from {facts['from_at']} to {facts['until_at']} (swap {facts['swap']})"
    ),
    "duty_swapped": lambda facts, name: f"swap {facts['swap']} of duty agreed by {name(facts['by'])}",
    "duty_refused": lambda facts, name: f"swap {facts['swap']} of duty refused by {name(facts['by'])}",
    "duty_returned": lambda facts, name: f"swap {facts['swap']} of duty taken back by {name(facts['by'])}",
    "paged": lambda facts, name: (
        f"{name('handler:' + facts['handler'])} called" + (f" once more (round {facts['round']})" if facts["round"] != 1 else "")
        + (", with other cases" if facts["merged"] else "")
    ),
    "attended": lambda facts, name: f"{name('handler:' + facts['by'])} is at it",
    "unattended": lambda facts, name: "nobody is at it",
    "pages_missed": lambda facts, name: "nobody answered a page",
    "pages_revoked": lambda facts, name: f"nobody need come any more ({facts['why']})",
    "rekeyed": lambda facts, name: f"key {facts['key']} of the signed addresses {facts['what']}",
}  # fmt: skip
