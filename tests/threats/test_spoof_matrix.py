"""Every forgery against every command: exactly the allowed cells act.  A command that is added to the table is in here by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import Any

import pytest
from making import KARI, MONDAY, OLA, Desk1042, policy
from signing import Signer, book

from maild.config import Authenticator
from maild.decide.acts import COMMANDS
from maild.decide.facts import lookup
from maild.decide.judge import judge
from maild.edges.trust import Claim, authenticate
from maild.mail import token
from maild.mail.parse import read
from maild.model.known import LetterRow
from maild.model.people import handler_of, handler_party
from maild.model.plan import Plan, Prepared
from maild.model.policy import Policy
from maild.settle import prepare
from maild.store.incoming import Arrival

OURS = "mx.desk.example"
KEYS = token.parse(token.fresh(b"k" * 32, "aa"))
DATE = "Mon, 02 Mar 2026 09:59:00 +0100"
BELIEVED = (
    Authenticator("authserv-id", OURS),
    Authenticator("own-dkim"),
    Authenticator("closed-network", networks=(ip_network("10.0.0.0/8"),)),
)
STAFF, EVIL = Signer("staff.example"), Signer("evil.example")
SIGNED_DKIM = ("from", "to", "subject", "date", "message-id")
ARGUMENTS = {"assign": "ola", "wait": "3d", "priority": "high", "note": "Ann rings on Mondays.", "swap": "ola fri"}


def signed(purpose: str, letter: int) -> str:
    return token.signed_address("support@desk.example", "+", purpose, letter, KEYS)


HERS, HIS, ANNS = signed("r", 11), signed("r", 12), signed("r", 10)
KARI_FROM, OLA_FROM = "Kari Nordmann <kari@staff.example>", "Ola Hansen <ola@staff.example>"
EVE, ANN = "eve@evil.example", "Ann Berg <ann@kunde.example>"


def results(domain: str, verdict: str = "pass", by: str = OURS) -> str:
    return f"Authentication-Results: {by}; dmarc={verdict} header.from={domain}\r\n"


PASS = results("staff.example")


@dataclass(frozen=True)
class Mail:
    """A cell's mail but for its command: who it says it is from, where it goes, what stands on top, who signed it."""

    sender: str = f"From: {KARI_FROM}\r\n"
    to: str = HERS
    top: str = ""
    more: str = ""
    date: str = DATE
    client: str = "192.0.2.1"
    sign: Callable[[bytes], bytes] = field(default=lambda raw: raw)
    retired: bool = False
    seen: bool = False


FORGERIES = {
    "no authentication": Mail(),
    "neither": Mail(to="support@desk.example"),
    "another handler's token": Mail(to=HIS, top=PASS),
    "the customer's token": Mail(to=ANNS, top=PASS),
    "ours below a failure": Mail(top=results("staff.example", "fail") + PASS),
    "ours above a failure": Mail(top=PASS + results("staff.example", "fail")),
    "results of another id": Mail(top=results("staff.example", by="mx.evil.example")),
    "results of another domain": Mail(top=results("evil.example")),
    "two From fields": Mail(sender=f"From: {KARI_FROM}\r\nFrom: {EVE}\r\n", top=PASS),
    "two addresses in From": Mail(sender=f"From: {KARI_FROM}, {EVE}\r\n", top=PASS),
    "her address as a name": Mail(sender=f'From: "kari@staff.example" <{EVE}>\r\n', top=results("evil.example")),
    "her in Reply-To and Sender": Mail(
        sender=f"From: {EVE}\r\nReply-To: {KARI_FROM}\r\nSender: {KARI_FROM}\r\n", top=results("evil.example")
    ),
    "signed by another domain": Mail(sign=EVIL.sign),
    "signed in part": Mail(sign=lambda raw: STAFF.sign(raw, SIGNED_DKIM, length=True) + b"PS\r\n"),
    "signed without its subject": Mail(sign=lambda raw: STAFF.sign(raw, ("from", "to", "date", "message-id"))),
    "signed before": Mail(sign=lambda raw: STAFF.sign(raw, SIGNED_DKIM).replace(b"\r\n/", b"\r\n!")),
    "played again": Mail(top=PASS, seen=True),
    "played again, signed": Mail(sign=lambda raw: STAFF.sign(raw, SIGNED_DKIM), seen=True),
    "an old Date, signed": Mail(sign=lambda raw: STAFF.sign(raw, SIGNED_DKIM), date="Mon, 16 Feb 2026 09:59:00 +0100"),
    "who has left": Mail(top=PASS, retired=True),
    "the thread's id alone": Mail(
        to="support@desk.example", top=PASS, more=f"In-Reply-To: {token.message_id(11, 'desk.example', KEYS)}\r\n"
    ),
    "her token in the customer's hand": Mail(sender=f"From: {ANN}\r\n", top=results("kunde.example")),
    "his own, in another's name": Mail(sender=f"From: {OLA_FROM}\r\n", top=PASS),
    "the closed network without a token": Mail(to="support@desk.example", client="10.0.0.7"),
}
# A proven handler's new mail to a desk: she may give commands, but none in a case that she does not name.
ANEW = {
    "no token": Mail(to="support@desk.example", top=PASS),
    "a token that nobody signed": Mail(to=HERS.replace("+r", "+c"), top=PASS),
}
GENUINE = {
    "vouched for, with a wrong clock": Mail(top=PASS, date="Mon, 16 Feb 2026 09:59:00 +0100"),
    "vouched for": Mail(top=PASS),
    "signed": Mail(sign=lambda raw: STAFF.sign(raw, SIGNED_DKIM)),
    "in the closed network": Mail(client="10.0.0.7"),
}
# What wants her own address and no proof of From (COMMANDS.md): the note alone.
BY_ADDRESS = {
    ("no authentication", "note"), ("ours below a failure", "note"), ("ours above a failure", "note"),
    ("results of another id", "note"), ("results of another domain", "note"), ("two From fields", "note"),
    ("two addresses in From", "note"), ("signed by another domain", "note"), ("signed in part", "note"),
    ("signed without its subject", "note"), ("signed before", "note"), ("an old Date, signed", "note"),
}  # fmt: skip


def line_of(verb: str) -> str:
    return f"/{policy().texts.vocabulary.word(verb, 'en')} {ARGUMENTS.get(verb, '')}".strip()


def judged(made: Mail, verb: str) -> Plan:
    """Read, believed, prepared and judged as the daemon does."""
    head = f"{made.sender}To: {made.to}\r\nSubject: Re: [#1042] Skriver virker ikke\r\nDate: {made.date}\r\n"
    head += f"Message-ID: <1@staff.example>\r\n{made.more}"
    raw = made.top.encode() + made.sign(f"{head}\r\n{line_of(verb)}\r\n".encode())
    message = read(raw, "cp1252")
    trust = authenticate(Claim(message, raw, made.client, MONDAY, book(STAFF, EVIL)), BELIEVED)
    handlers = (replace(KARI, retired=made.retired), OLA)
    rules: Policy = policy(handlers=handlers)
    arrival = Arrival(21, 1, "smtp", "x@staff.example", (made.to,), made.client, "ESMTP", MONDAY, len(raw), 1)
    prepared = prepare(arrival, message, trust, rules, KEYS, (b"s" * 16, b"b" * 16))
    return judge(prepared, known(prepared, rules, seen=made.seen), rules, MONDAY)


def known(prepared: Prepared, rules: Policy, *, seen: bool) -> Any:
    base = Desk1042().known()
    letters = {**base.letters, 12: LetterRow(12, 7, handler_party("ola"), "notice", 3, False, OLA.address)}
    asked = lookup(prepared, rules, MONDAY)
    obeyed = frozenset(asked.marks) if seen else frozenset()
    return replace(base, letters=letters, obeyed=obeyed)


def acted(plan: Plan) -> bool:
    """Whether a handler was obeyed, or told why not."""
    theirs = (h.record.event.kind for h in plan.events if handler_of(h.record.actor))
    return bool(set(theirs) - {"received", "parked"}) or any(
        row.standing in ("handler", "declined", "noted") for row in plan.messages
    )


@pytest.mark.parametrize("verb", COMMANDS)
@pytest.mark.parametrize("name", GENUINE)
def test_the_handler_himself_is_heard(name: str, verb: str):
    assert acted(judged(GENUINE[name], verb))


@pytest.mark.parametrize("name", FORGERIES)
def test_of_all_forgeries_none_acts_but_what_wants_no_proof(name: str):
    did = {verb for verb in COMMANDS if acted(judged(FORGERIES[name], verb))}
    assert did == {verb for forgery, verb in BY_ADDRESS if forgery == name}


@pytest.mark.parametrize("verb", COMMANDS)
@pytest.mark.parametrize("name", ANEW)
def test_without_her_address_nothing_happens_in_the_case(name: str, verb: str):
    plan = judged(ANEW[name], verb)
    assert not plan.cases
    assert not plan.messages
    assert KARI.address in {letter.to.address for letter in plan.letters} <= {KARI.address, OLA.address}
    assert COMMANDS[verb].caseless or {letter.kind for letter in plan.letters} == {"error"}


@pytest.mark.parametrize("name", FORGERIES)
def test_no_forgery_has_a_letter_to_anybody_but_handlers_with_its_words(name: str):
    for verb in COMMANDS:
        for letter in judged(FORGERIES[name], verb).letters:
            told = handler_of(letter.party)
            assert told or letter.kind == "ack", (verb, letter.kind)
            assert not told or letter.to.address in (KARI.address, OLA.address)
            assert letter.kind not in ("receipt", "error") or (name, verb) in BY_ADDRESS
