"""Addresses beyond ASCII (RFC 6531): taken where the relay takes the answers, else refused in so many words."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Callable

import pytest
from edges.far_end import OFFERS, FarEnd
from parts.net import free_port, wait_until
from parts.sink import EHLO, Sink
from parts.site import DESK, Site

from maild.config import RelayTo
from maild.edges import relay_wire
from maild.edges.relay_wire import takes_utf8

BJORN = "bjørn@blåbær.example"
MAIL = f"From: Bjørn <{BJORN}>\r\nTo: {DESK}\r\nSubject: Hei\r\nMessage-ID: <1@x.example>\r\n\r\nDen står.\r\n".encode()


def offers(site: Site) -> bool:
    with smtplib.SMTP("127.0.0.1", site.port, timeout=20) as door:
        door.ehlo("mx.example")
        return door.has_extn("smtputf8")


def test_rfc_6531_3_1_a_mail_from_beyond_ascii_is_answered_through_a_relay_that_can(
    make_site: Callable[..., Site], sink: Sink
) -> None:
    sink.answers["EHLO"] = EHLO.replace(b"250 PIPELINING", b"250-PIPELINING\r\n250 SMTPUTF8")
    site = make_site().start()
    assert wait_until(lambda: offers(site))
    with smtplib.SMTP("127.0.0.1", site.port, timeout=20) as door:
        door.sendmail(BJORN, [DESK], MAIL, mail_options=["SMTPUTF8"])
    [ack] = sink.wait("ack")
    assert ack.recipients == ("bjørn@xn--blbr-roah.example",)


def test_rfc_6531_3_1_nothing_is_offered_that_the_relay_cannot_carry(site: Site, sink: Sink) -> None:
    assert wait_until(lambda: sink.asked["QUIT"])
    assert not offers(site)


@pytest.mark.parametrize("offered", [True, False])
async def test_a_relay_that_is_away_is_asked_again(monkeypatch: pytest.MonkeyPatch, offered: bool) -> None:
    monkeypatch.setattr(relay_wire, "ASK_AGAIN", 0.05)
    far = FarEnd(offers=(*OFFERS, *["SMTPUTF8"] * offered), port=free_port())
    asking = asyncio.ensure_future(takes_utf8(RelayTo(port=far.port, username="maild")))
    await asyncio.sleep(0.1)
    await far.start()
    assert await asking is offered
    assert not [c for c in far.commands if c.startswith(b"AUTH")], "nobody logs in to ask"
    far.close()
