"""The rules of the door: what is refused while it is being sent, by SMTP and by nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from edges.knocking import Opened, Rooms, knock, knock_at, opened

from maild.edges.mailboxes import plain_of
from maild.errors import Refused, SmtpError, TryLater
from maild.model.door import Envelope, Refusal, refusal
from maild.model.people import Desk
from maild.policy import build, door
from maild.policy.compare import Site
from maild.policy.source import Source

DESK = Desk("support", ("support@desk.example",), "Support", "en", "Europe/Oslo")
SITE = Site({"support": DESK}, build.LANGUAGES)


def rules(text: str) -> tuple[Refusal, ...]:
    source = Source.of(text, "door.yaml")
    made = door.made(source, SITE)
    assert source.problems == []
    return made


def rooms(text: str) -> Rooms:
    """A mailroom with these rules."""
    made = rules(text)

    def refusing(client: str, sender: str, recipient: str, size: int) -> SmtpError | None:
        rule = refusal(made, Envelope(client, sender, recipient, size))
        if rule is None:
            return None
        return TryLater(450, "4.7.1", rule.text) if rule.later else Refused(550, "5.7.1", rule.text)

    return Rooms(refusing=refusing)


NETWORK = "- {name: n, when: {client: 127.0.0.0/8}, refuse: no mail from there}"


async def said(opened_: Opened, *lines: bytes) -> list[str]:
    client = await knock(opened_.port)
    await client.hello()
    return [await client.ask(line) for line in lines]


async def test_a_recipient_is_refused_with_the_admins_words() -> None:
    async with opened(rooms(NETWORK)) as at:
        answers = await said(at, b"MAIL FROM:<ann@acme.example>", b"RCPT TO:<support@desk.example>", b"DATA")
        assert answers[1:] == [
            "550 5.7.1 no mail from there",
            "503 5.5.1 MAIL comes first, and a recipient that was taken",
        ]
        assert at.mailroom.deliveries == []


async def test_later_is_no_end() -> None:
    async with opened(rooms(NETWORK[:-1] + ", later: true}")) as at:
        answers = await said(at, b"MAIL FROM:<ann@acme.example>", b"RCPT TO:<support@desk.example>")
        assert answers[-1] == "450 4.7.1 no mail from there"


async def test_rfc_5321_4_5_1_postmaster_is_never_refused() -> None:
    async with opened(rooms(NETWORK)) as at:
        answers = await said(
            at, b"MAIL FROM:<ann@acme.example>", b"RCPT TO:<Postmaster>", b"RCPT TO:<postmaster@desk.example>"
        )
        assert [answer[:3] for answer in answers] == ["250", "250", "250"]


async def test_what_is_said_to_be_too_large_is_refused_before_it_is_sent() -> None:
    text = "- {name: n, when: {size: {over: 1kB}}, refuse: too large}"
    async with opened(rooms(text)) as at:
        answers = await said(at, b"MAIL FROM:<ann@acme.example> SIZE=2000", b"RCPT TO:<support@desk.example>")
        assert answers[-1] == "550 5.7.1 too large"


async def test_what_is_larger_than_it_said_is_refused_after_the_dot() -> None:
    text = "- {name: n, when: {size: {over: 1kB}}, refuse: too large}"
    async with opened(rooms(text)) as at:
        client = await knock(at.port)
        await client.hello()
        assert await client.send(b"Subject: x\r\n\r\n" + b"x" * 500) == "250 2.0.0 taken as 1"
        assert await client.send(b"Subject: x\r\n\r\n" + b"x" * 2000) == "550 5.7.1 too large"
        assert len(at.mailroom.deliveries) == 1


async def test_rfc_2033_lmtp_refuses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lmtp"
    everybody = Rooms(refusing=lambda *envelope: Refused(550, "5.7.1", "no"))
    async with opened(everybody, smtp=None, lmtp=path) as at:
        client = await knock_at(path)
        await client.hello(b"LHLO mx")
        assert await asyncio.wait_for(client.send(b"x"), 20) == "250 2.0.0 taken as 1"
        assert len(at.mailroom.deliveries) == 1


@pytest.mark.parametrize(
    ("when", "envelope", "refused"),
    [
        ("{client: 198.51.100.0/24}", ("198.51.100.9", "a@b.example"), True),
        ("{client: 198.51.100.0/24}", ("198.51.101.9", "a@b.example"), False),
        ("{client: 198.51.100.0/24}", ("::ffff:198.51.100.9", "a@b.example"), True),
        ("{client: '2001:db8::/32'}", ("2001:db8::7", "a@b.example"), True),
        ("{client: '2001:db8::/32'}", ("unix", "a@b.example"), False),
        ("{sender: eve@spam.example}", ("192.0.2.1", "Eve@spam.example"), True),
        ("{sender: {ends: '@spam.example'}}", ("192.0.2.1", "eve@spam.example"), True),
        ("{sender: {ends: '@spam.example'}}", ("192.0.2.1", "eve@nospam.example"), False),
        ("{sender: {matches: '.*'}}", ("192.0.2.1", ""), False),
        ("{client: 192.0.2.1, sender: eve@spam.example}", ("192.0.2.1", "bo@spam.example"), False),
        ("{recipient: support@desk.example}", ("192.0.2.1", "a@b.example"), True),
    ],
)
def test_what_an_envelope_meets(when: str, envelope: tuple[str, str], refused: bool) -> None:
    made = rules(f"- {{name: n, when: {when}, refuse: no}}")
    client, sender = envelope
    assert (refusal(made, Envelope(client, sender, "support@desk.example")) is not None) is refused


def test_a_signed_address_is_its_desks() -> None:
    desks = {"support@desk.example": DESK}
    assert plain_of("Support+r1aa@desk.example", desks) == "support@desk.example"
    assert plain_of("postmaster@desk.example", desks) == "postmaster@desk.example"


def test_exactly_asks_for_a_sender_as_it_was_written():
    exact = rules("- {name: n, when: {sender: {is: Boss@Caps.example, exactly: true}}, refuse: no}")
    blind = rules("- {name: n, when: {sender: Boss@Caps.example}, refuse: no}")
    written, lower = (
        Envelope("192.0.2.1", f"{name}@Caps.example", "support@desk.example") for name in ("Boss", "boss")
    )
    assert [refusal(exact, one) is not None for one in (written, lower)] == [True, False]
    assert [refusal(blind, one) is not None for one in (written, lower)] == [True, True]
