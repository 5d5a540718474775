"""Whoever answers in a handler's name to the letter that asks him to take somebody's duty: only he is heard."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from making import KARI, MONDAY, OLA, Desk1042, policy
from signing import book
from threats.test_spoof_matrix import ANEW, BELIEVED, EVIL, FORGERIES, GENUINE, KEYS, STAFF, Mail

from maild.decide.facts import lookup
from maild.decide.judge import judge
from maild.edges.trust import Claim, authenticate
from maild.mail.parse import read
from maild.model.calendar import ALWAYS
from maild.model.known import LetterRow
from maild.model.people import handler_party
from maild.model.plan import Plan
from maild.model.policy import Policy
from maild.model.rota import Agreed, Override, Rota, Swap
from maild.settle import prepare
from maild.store.incoming import Arrival

ROTA = Rota("vakt", "Vakt", ("support",), (("ola", "kari"),), ALWAYS, date(2026, 3, 2), 7, time(8))
FRIDAY = MONDAY + timedelta(days=4)
PART = Override("vakt", 0, FRIDAY, FRIDAY + timedelta(days=1), "kari", "ola")
OFFERED = Swap(5, Agreed.OFFERED, handler_party("ola"), 11, "incoming:3", (PART,), MONDAY)


def answered(made: Mail, words: str = "yes") -> Plan:
    """Letter 11 asked Kari; this comes back."""
    head = f"{made.sender}To: {made.to}\r\nSubject: Re: Will you take over?\r\nDate: {made.date}\r\nMessage-ID: <1@staff.example>\r\n"
    raw = made.top.encode() + made.sign(f"{head}{made.more}\r\n{words}\r\n".encode())
    message = read(raw, "cp1252")
    trust = authenticate(Claim(message, raw, made.client, MONDAY, book(STAFF, EVIL)), BELIEVED)
    rules: Policy = replace(policy(handlers=(replace(KARI, retired=made.retired), OLA)), rotas={"vakt": ROTA})
    arrival = Arrival(21, 1, "smtp", "x@staff.example", (made.to,), made.client, "ESMTP", MONDAY, len(raw), 1)
    prepared = prepare(arrival, message, trust, rules, KEYS, (b"s" * 16, b"b" * 16))
    return judge(prepared, known(prepared, rules, seen=made.seen), rules, MONDAY)


def known(prepared: Any, rules: Policy, *, seen: bool) -> Any:
    base = Desk1042().known()
    asked = LetterRow(11, None, handler_party("kari"), "swap", 0, False, KARI.address)
    his = LetterRow(12, 7, handler_party("ola"), "notice", 3, False, OLA.address)
    obeyed = frozenset(lookup(prepared, rules, MONDAY).marks) if seen else frozenset()
    return replace(base, letters={**base.letters, 11: asked, 12: his}, obeyed=obeyed, swaps={5: OFFERED})


@pytest.mark.parametrize("name", GENUINE)
def test_the_one_who_was_asked_is_heard(name: str):
    (swap,) = answered(GENUINE[name]).swaps
    assert swap.state is Agreed.AGREED


# "signed before" is a command that was changed on its way; here nothing would be.
@pytest.mark.parametrize("name", [*(name for name in FORGERIES if name != "signed before"), "no token"])
def test_no_forgery_agrees_to_anything(name: str):
    plan = answered({**FORGERIES, **ANEW}[name])
    assert plan.swaps == ()
    assert not {happened.record.event.kind for happened in plan.events} & {"duty_swapped", "duty_refused"}
