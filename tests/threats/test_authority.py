"""Whose mail acts?  Only a handler's, from his proven address, to the address signed for him.  Everything else is a stranger's."""

from __future__ import annotations

import itertools
from dataclasses import replace
from email.utils import parseaddr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from parts.house import Got, House
from parts.mails import AUTHSERV, mail, wire

from maild.model.people import Handler
from maild.store import views

ANN, KARI, OLA = "Ann <ann@kunde.example>", "Kari Nordmann <kari@staff.example>", "Ola <ola@staff.example>"
SECRET = "Dette skal Ann aldri lese."
DATE = "Mon, 2 Mar 2026 10:00:00 +0100"
DONE = {"solved", "replied", "reopened", "prioritised", "moved", "declined", "noted"}


def two_cases(house: House) -> tuple[Got, Got]:
    """Kari's notice of case 1001, and Ola's of case 1002."""
    house.mail(ANN, "Skriver", "Den står.")
    house.mail(ANN, "Skjerm", "Den er svart.")
    kari, ola = house.letters("notice")
    return kari, ola


def acts(house: House) -> list[str]:
    """What handlers did so far, by case."""
    rows = house.session.all("SELECT c.number, e.kind FROM event e JOIN cases c ON c.id=e.case_id ORDER BY e.id")
    return [f"{number} {kind}" for number, kind in rows if kind in DONE]


# --- 1: the matrix --------------------------------------------------------------------------------------------------------------

SENDERS = {
    "kari": f"From: {KARI}\r\n",
    "ola": f"From: {OLA}\r\n",
    "the customer": f"From: {ANN}\r\n",
    "a stranger in her name": 'From: "Kari Nordmann <kari@staff.example>" <eve@evil.example>\r\n',
    "kari and another": f"From: {KARI}, eve@evil.example\r\n",
    "two From fields": f"From: {KARI}\r\nFrom: eve@evil.example\r\n",
    "kari as Sender": f"From: eve@evil.example\r\nSender: {KARI}\r\nReply-To: {KARI}\r\n",
}
RESULTS = {
    "none": "",
    "ours": "Authentication-Results: {id}; dmarc=pass header.from={domain}\r\n",
    "another server's": "Authentication-Results: mx.evil.example; dmarc=pass header.from={domain}\r\n",
    "of another domain": "Authentication-Results: {id}; dmarc=pass header.from=other.example\r\n",
    "in a comment": "Authentication-Results: {id}; spf=pass (; dmarc=pass header.from={domain};)\r\n",
    "below ours": "Authentication-Results: {id}; dmarc=fail header.from={domain}\r\n"
    "Authentication-Results: {id}; dmarc=pass header.from={domain}\r\n",
}
ADDRESSES = ("hers", "her close link", "his", "one character off", "plain")


def written_to(which: str, kari: Got, ola: Got) -> str:
    local, _, domain = kari.reply_to.partition("@")
    close = next(row for row in kari.text.splitlines() if "+c" in row).partition("mailto:")[2].partition("?")[0]
    off = f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}"
    return dict(zip(ADDRESSES, (kari.reply_to, close, ola.reply_to, off, "support@desk.example"), strict=True))[which]


def forged(sender: str, result: str, to: str, kari: Got, serial: int) -> bytes:
    fields = SENDERS[sender]
    domain = parseaddr(fields.partition(" ")[2].partition("\r\n")[0])[1].rpartition("@")[2]
    head = RESULTS[result].format(id=AUTHSERV, domain=domain) + fields
    head += f"To: {to}\r\nSubject: Re: {kari.subject}\r\nIn-Reply-To: {kari.mail['Message-ID']}\r\n"
    return f"{head}Message-ID: <{serial}@forged.example>\r\nDate: {DATE}\r\n\r\n/priority high\r\n\r\n{SECRET}\r\n".encode()


def test_cve_2026_47123_of_all_forgeries_only_the_handler_himself_acts(house: House):
    kari, ola = two_cases(house)
    cells = list(itertools.product(SENDERS, RESULTS, ADDRESSES))
    good = {("kari", "ours", "hers"), ("kari", "ours", "her close link"), ("ola", "ours", "his")}
    for serial, (sender, result, which) in enumerate(cells):
        if (sender, result, which) not in good:
            to = written_to(which, kari, ola)
            house.arrives(forged(sender, result, to, kari, serial), to, "eve@evil.example")
            assert acts(house) == [], (sender, result, which)
    house.wait(minutes=10)
    to_ann = [letter for letter in house.letters() if letter.to == "ann@kunde.example"]
    assert not [letter for letter in to_ann if SECRET in letter.text]
    # Nothing but the proof was missing.
    house.arrives(forged("kari", "ours", kari.reply_to, kari, 1000), kari.reply_to, "kari@staff.example")
    house.arrives(forged("ola", "ours", ola.reply_to, ola, 1001), ola.reply_to, "ola@staff.example")
    assert acts(house) == [f"{number} {kind}" for number in ("1001", "1002") for kind in ("replied", "prioritised")]


# --- 2: no way round the signature ----------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_threat_2_no_id_without_our_signature_leads_into_a_case(house: House, data: st.DataObject):
    """Ids, markers and addresses made of true ones: one character other, another letter's number, another purpose (GHSA-8vm3)."""
    if views.case_id(house.session, "1001") is None:
        two_cases(house)
    row = house.session.one("SELECT message_id, sender FROM outbox ORDER BY id LIMIT 1")
    assert row is not None
    word = data.draw(
        st.sampled_from([row[0].strip("<>").partition("@")[0], row[1].partition("+")[2].partition("@")[0]])
    )
    at = data.draw(st.integers(0, len(word) - 1))
    made = word[:at] + data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz234567")) + word[at + 1 :]
    if made == word:
        return
    made = data.draw(st.sampled_from([made, made.upper(), made[::-1], made + "a", made[1:]]))
    text = f"Hei\n\n> [maild:1001:{made}] Skriv svaret ditt over denne linjen.\n"
    heads = {"In_Reply_To": f"<{made}@desk.example>", "References": f"<{made}@desk.example> <{made}>"}
    before = house.kinds("1001")
    house.mail("eve@evil.example", "Re: Skriver [#1001]", text, f"support+{made}@desk.example", **heads)
    assert house.kinds("1001") == before


# --- 3: who was a handler -------------------------------------------------------------------------------------------------------


def test_threat_3_an_old_address_of_a_handler_who_left_does_nothing(house: House):
    """Rights are looked up when the mail is handled, not when the address was signed (FreeScout GHSA-83xx-8c27-gq78)."""
    kari, _ = two_cases(house)
    gone: dict[str, Handler] = dict(house.policy.handlers)
    gone["kari"] = replace(gone["kari"], retired=True)
    house.policy = replace(house.policy, handlers=gone)
    house.reply(kari, f"/close\n\n{SECRET}")
    house.wait(minutes=10)
    assert acts(house) == []
    assert not [letter for letter in house.letters() if letter.to == "ann@kunde.example" and SECRET in letter.text]
    # It is on record as what it now is: a stranger's words for the handlers to see.
    assert house.case("1001")["events"][-2]["data"]["standing"] == "stranger"


# --- 41: the same mail again ----------------------------------------------------------------------------------------------------


CHANGED = {
    "as it was": (b"", b""),
    "with other traces": (b"", b"Received: from evil\r\nReturn-Path: <x@y.example>\r\n"),
    "with a field that is not signed": (b"", b"Cc: eve@evil.example\r\nContent-Language: nb\r\n"),
    "with a text below": (b"\r\nPS\r\n", b""),
}


@pytest.mark.parametrize("to", ["to the same address", "to her other case"])
@pytest.mark.parametrize("change", CHANGED)
def test_threat_41_a_command_mail_that_is_played_again_does_nothing(house: House, change: str, to: str):
    kari, _ = two_cases(house)
    house.mail(ANN, "Tastatur", "Det er vått.")
    other = house.letters("notice")[0]
    assert other.to == kari.to
    below, above = CHANGED[change]
    proof = f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from=staff.example\r\n".encode()
    made = wire(mail(KARI, f"Re: {kari.subject}", "/priority critical", kari.reply_to, Date=DATE))
    house.arrives(proof + made, kari.reply_to, "kari@staff.example")
    assert house.case("1001")["priority"] == "critical"
    house.reply(kari, "/priority low")
    assert house.case("1001")["priority"] == "low"

    address = kari.reply_to if to == "to the same address" else other.reply_to
    house.arrives(proof + above + made + below, address, "eve@evil.example")
    assert house.case("1001")["priority"] == "low"
    assert house.case("1003")["priority"] == "medium"


def test_threat_41_the_handler_hears_of_what_was_played_again(house: House):
    kari, _ = two_cases(house)
    for text in ("/take", "/take\n\n" + SECRET):
        house.reply(kari, text, Message_ID="<once@staff.example>")
    house.wait(minutes=5)
    letters = house.letters()
    assert [letter.kind for letter in letters if letter.to == kari.to] == ["receipt", "unverified"]
    assert not [letter for letter in letters if letter.to == "ann@kunde.example" and SECRET in letter.text]
