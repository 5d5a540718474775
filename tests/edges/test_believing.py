"""A site whose mail server judges nothing: maild asks the DNS for keys itself, and believes what is signed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email.utils import formatdate
from typing import Any

import pytest
from parts.mails import mail, send, wire
from parts.nameserver import Nameserver, text
from parts.net import wait_until
from parts.sink import Sink, Taken
from parts.site import Site
from signing import Signer

STAFF = Signer("staff.example")
KARI = "Kari Nordmann <kari@staff.example>"


@pytest.fixture
def dns() -> Iterator[Nameserver]:
    with Nameserver({STAFF.name: {"TXT": [text(STAFF.record)]}}) as server:
        yield server


@pytest.fixture
def site(make_site: Callable[..., Site], dns: Nameserver) -> Site:
    made = make_site().impatient()
    config = made.config.read_text("utf-8")
    own = f"resolver: {dns.address}\nauthenticators:\n  - own-dkim: true\n"
    made.config.write_text(re.sub(r"^authenticators:\n  - authserv-id: .*\n", own, config, flags=re.M), "utf-8")
    return made.start()


def notice(site: Site, sink: Sink) -> Taken:
    """Kari has a case."""
    send(site.port, wire(mail("ann@kunde.example", "Skriver", "Den står.")))
    return next(letter for letter in sink.wait("notice") if "kari" in letter.recipients[0])


def answer(letter: Taken, words: str) -> bytes:
    made = mail(KARI, f"Re: {letter.mail['Subject']}", words, letter.reply_to)
    del made["Date"]
    made["Date"] = formatdate()
    return wire(made)


def trusted(site: Site) -> list[Any]:
    """What was found about each mail of the case."""
    return [told["trust"] for told in site.json("explain", "1001")[0]]


def test_a_handlers_signed_mail_acts(site: Site, sink: Sink):
    letter = notice(site, sink)
    send(site.port, STAFF.sign(answer(letter, "/lukk")), letter.reply_to, "kari@staff.example")
    assert wait_until(lambda: site.case("1001")["status"] == "solved")
    assert trusted(site)[-1] == {
        "authentication": "aligned",
        "by": "own-dkim",
        "evidence": ["own-dkim: staff.example signed it"],
        "possession": "own",
    }


def test_the_same_mail_without_its_signature_does_nothing_and_is_told_to_her(site: Site, sink: Sink):
    letter = notice(site, sink)
    send(site.port, answer(letter, "/lukk"), letter.reply_to, "kari@staff.example")
    assert sink.wait("unverified")[0].recipients == ("kari@staff.example",)
    assert site.case("1001")["status"] == "new"


def test_a_large_signed_mail_acts_as_well(site: Site, sink: Sink):
    letter = notice(site, sink)
    raw = answer(letter, "/lukk\n\n" + "Skriveren er byttet, og alt er prøvd. " * 12_000)
    assert len(raw) > 400_000
    send(site.port, STAFF.sign(raw), letter.reply_to, "kari@staff.example")
    assert wait_until(lambda: site.case("1001")["status"] == "solved")


def test_while_the_name_server_is_silent_nobody_is_believed_and_mail_flows(site: Site, sink: Sink, dns: Nameserver):
    letter = notice(site, sink)
    dns.mute = True
    send(site.port, STAFF.sign(answer(letter, "/lukk")), letter.reply_to, "kari@staff.example")
    send(site.port, wire(mail("bo@kunde.example", "Passord", "Hei")), sender="bo@kunde.example")
    assert sink.wait("ack", count=2)[1].recipients == ("bo@kunde.example",)
    assert trusted(site)[-1]["evidence"] == ["own-dkim: staff.example: the DNS does not answer"]
    dns.mute = False
    send(site.port, STAFF.sign(answer(letter, "/lukk\n")), letter.reply_to, "kari@staff.example")
    assert wait_until(lambda: site.case("1001")["status"] == "solved"), "silence is not remembered"


def test_a_key_is_asked_for_once_for_many_mails(site: Site, sink: Sink, dns: Nameserver):
    letter = notice(site, sink)
    for n in range(3):
        send(site.port, STAFF.sign(answer(letter, f"/notat Prøvd {n} ganger")), letter.reply_to, "kari@staff.example")
    assert wait_until(lambda: len(sink.of("receipt")) == 3)
    assert [name for name, type_ in dns.asked if name == STAFF.name and type_ == "TXT"] == [STAFF.name]


def test_try_asks_as_the_daemon_does(site: Site, sink: Sink):
    file = site.folder / "mail.eml"
    made = mail(KARI, "Hei", "Hei")
    del made["Date"]
    made["Date"] = formatdate()
    file.write_bytes(STAFF.sign(wire(made)))
    (told,) = site.json("try", str(file))
    assert told["trust"]["evidence"] == ["own-dkim: staff.example signed it"]
