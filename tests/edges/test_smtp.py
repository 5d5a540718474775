"""The door of SMTP in conversation: real sockets, raw octets."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime

import pytest
from edges.knocking import NOW, Knocker, knock, opened


async def test_the_door_says_what_it_offers() -> None:
    async with opened(message_size=1000) as door:
        client = await knock(door.port)
        assert await client.hear() == "220 desk.example ESMTP maild"
        offers = (await client.ask(b"EHLO mx.acme.example")).splitlines()
        assert offers == [
            "250-desk.example",
            "250-PIPELINING",
            "250-SIZE 1000",
            "250-8BITMIME",
            "250 ENHANCEDSTATUSCODES",
        ]


async def test_rfc_5321_4_4_a_mail_is_taken_with_its_envelope_and_our_trace_on_top() -> None:
    async with opened() as door:
        client = await knock(door.port)
        await client.hello()
        assert await client.send(b"Subject: hi\r\n\r\nhello") == "250 2.0.0 taken as 1"
        [delivery] = door.mailroom.deliveries
        assert (delivery.sender, delivery.recipients) == ("ann@acme.example", ("support@desk.example",))
        assert (delivery.client, delivery.protocol, delivery.received_at) == ("127.0.0.1", "ESMTP", NOW)
        assert delivery.raw == (
            b"Received: from mx.acme.example ([127.0.0.1])\r\n"
            b"\tby desk.example with ESMTP; Mon, 02 Mar 2026 09:00:00 +0000\r\n"
            b"Subject: hi\r\n\r\nhello\r\n"
        )


async def test_all_commands_of_a_mail_may_come_at_once() -> None:
    async with opened() as door:
        client = await knock(door.port)
        client.say(
            b"EHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<nobody@else.example>\r\nRCPT TO:<a@desk.example>\r\nDATA\r\n"
            b"one\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<b@desk.example>\r\nDATA\r\ntwo\r\n.\r\nQUIT\r\n"
        )
        replies = [await client.hear() for _ in range(12)]
        assert [r[:9] for r in replies[2:]] == [
            "250 2.1.0", "550 5.1.1", "250 2.1.5", "354 go ah", "250 2.0.0", "250 2.1.0", "250 2.1.5", "354 go ah", "250 2.0.0",
            "221 2.0.0",
        ]  # fmt: skip
        assert await client.hear() == ""
        assert [(d.sender, d.recipients) for d in door.mailroom.deliveries] == [
            ("", ("a@desk.example",)),
            ("", ("b@desk.example",)),
        ]


async def test_octets_that_come_one_by_one_make_the_same_mail() -> None:
    async with opened() as door:
        client = await knock(door.port)
        for octet in b"EHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<a@desk.example>\r\nDATA\r\n..x\r\n.\r\nQUIT\r\n":
            client.say(bytes([octet]))
            await client.writer.drain()
        while await client.hear():
            pass
        assert door.mailroom.deliveries[0].raw.endswith(b"+0000\r\n.x\r\n")


@pytest.mark.parametrize("recipient", [b"postmaster", b"Postmaster", b"POSTMASTER@desk.example"])
async def test_rfc_5321_4_5_1_postmaster_is_known_with_and_without_a_domain(recipient: bytes) -> None:
    async with opened() as door:
        client = await knock(door.port)
        await client.hello()
        assert (await client.send(b"help", recipient)).startswith("250")
        assert door.mailroom.deliveries[0].recipients == (recipient.decode(),)


async def test_helo_is_plain_smtp() -> None:
    async with opened() as door:
        client = await knock(door.port)
        assert await client.hello(b"HELO mx") == "250 desk.example"
        await client.send(b"x")
        assert door.mailroom.deliveries[0].protocol == "SMTP"


async def test_a_name_that_could_harm_the_trace_is_not_repeated() -> None:
    async with opened() as door:
        client = await knock(door.port)
        await client.hello(b"EHLO evil (by desk.example) <x>")
        await client.send(b"x")
        assert door.mailroom.deliveries[0].raw.startswith(b"Received: from unknown ([127.0.0.1])\r\n")


CONVERSATIONS = [
    (b"EHLO", "501 5.5.4"),
    (b"MAIL FROM:<a@b.example>", "503 5.5.1"),
    (b"RCPT TO:<a@desk.example>", "503 5.5.1"),
    (b"DATA", "503 5.5.1"),
    (b"LHLO mx", "500 5.5.1"),
    (b"VRFY ann", "252 2.0.0"),
    (b"EXPN list", "502 5.5.1"),
    (b"AUTH PLAIN x", "502 5.5.1"),
    (b"STARTTLS", "502 5.5.1"),
    (b"BDAT 10 LAST", "502 5.5.1"),
    (b"NOOP", "250 2.0.0"),
    (b"noop anything", "250 2.0.0"),
    (b"RSET", "250 2.0.0"),
    (b"HELP", "214 2.0.0"),
    (b"FROB", "500 5.5.1"),
    (b"", "500 5.5.1"),
    (b"NOOP\x00", "500 5.5.2"),
    (b"NOOP\nQUIT", "500 5.5.2"),
    (b"NOOP\rQUIT", "500 5.5.2"),
    (b"NOOP " + b"x" * 2050, "500 5.5.2"),
    (b"\xff\xfe", "500 5.5.1"),
]


@pytest.mark.parametrize(("command", "reply"), CONVERSATIONS)
async def test_rfc_2034_4_every_reply_carries_its_enhanced_code(command: bytes, reply: str) -> None:
    async with opened() as door:
        client = await knock(door.port)
        await client.hear()
        assert (await client.ask(command)).startswith(reply)
        assert (await client.ask(b"NOOP")).startswith("250 2.0.0")


ENVELOPES = [
    (b"MAIL FROM:a@b.example", "553 5.1.7"),
    (b"MAIL FROM:<=?utf-8?q?a?= <x@y.example>>", "553 5.1.7"),
    (b"MAIL TO:<a@b.example>", "501 5.5.4"),
    (b"MAIL FROM:<a@b.example> SIZE=1001", "552 5.3.4"),
    (b"MAIL FROM:<a@b.example> SIZE=1000", "250 2.1.0"),
    (b"MAIL FROM:<a@b.example> SIZE=1" + b"0" * 30, "501 5.5.4"),
    (b"MAIL FROM:<a@b.example> SIZE=-1", "501 5.5.4"),
    (b"MAIL FROM:<a@b.example> SIZE", "501 5.5.4"),
    ("MAIL FROM:<a@b.example> SIZE=²".encode(), "501 5.5.4"),
    (b"MAIL FROM:<a@b.example> BODY=8bitmime", "250 2.1.0"),
    (b"MAIL FROM:<a@b.example> BODY=BINARYMIME", "501 5.5.4"),
    (b"MAIL FROM:<a@b.example> RET=HDRS", "555 5.5.4"),
    (b"MAIL FROM:<a@b.example> SMTPUTF8", "555 5.5.4"),
    ("MAIL FROM:<bjørn@b.example>".encode(), "553 5.6.7"),
    (b"MAIL FROM:<bj\xf8rn@b.example>", "501 5.5.2"),
]


@pytest.mark.parametrize(("command", "reply"), ENVELOPES)
async def test_a_sender_is_read_strictly(command: bytes, reply: str) -> None:
    async with opened(message_size=1000) as door:
        client = await knock(door.port)
        await client.hello()
        assert (await client.ask(command)).startswith(reply)


async def test_rfc_6531_3_1_smtputf8_is_taken_where_it_is_offered() -> None:
    async with opened(smtputf8=True) as door:
        client = await knock(door.port)
        assert "250 SMTPUTF8" in await client.hello()
        assert (await client.ask(b"MAIL FROM:<a@b.example> SMTPUTF8=1")).startswith("501 5.5.4")
        assert (await client.ask("MAIL FROM:<bjørn@b.example> SMTPUTF8".encode())).startswith("250")
        assert (await client.ask("RCPT TO:<brukerstøtte@desk.example>".encode())).startswith("250")
        assert (await client.ask(b"DATA")).startswith("354")
        await client.ask(b"x\r\n.")
        assert door.mailroom.deliveries[0].recipients == ("brukerstøtte@desk.example",)


async def test_rfc_6531_3_5_a_recipient_beyond_ascii_needs_smtputf8_as_well() -> None:
    async with opened(smtputf8=True) as door:
        client = await knock(door.port)
        await client.hello()
        await client.ask(b"MAIL FROM:<a@b.example>")
        assert (await client.ask("RCPT TO:<brukerstøtte@desk.example>".encode())).startswith("553 5.6.7")
        assert (await client.ask(b"RCPT TO:<support@desk.example>")).startswith("250")
        # And each mail says it for itself.
        await client.ask(b"RSET")
        await client.ask(b"MAIL FROM:<a@b.example> SMTPUTF8")
        await client.ask(b"RSET")
        await client.ask(b"MAIL FROM:<a@b.example>")
        assert (await client.ask("RCPT TO:<brukerstøtte@desk.example>".encode())).startswith("553 5.6.7")


async def test_recipients_are_judged_one_by_one() -> None:
    async with opened(recipients=2) as door:
        client = await knock(door.port)
        await client.hello()
        await client.ask(b"MAIL FROM:<a@b.example>")
        assert (await client.ask(b"RCPT TO:<ann@else.example>")).startswith("550 5.1.1")
        assert (await client.ask(b"RCPT TO:<>")).startswith("553 5.1.3")
        assert (await client.ask(b"RCPT TO:<a@desk.example> NOTIFY=NEVER")).startswith("555 5.5.4")
        assert (await client.ask(b"DATA")).startswith("503 5.5.1")
        await client.ask(b"RSET")
        await client.begin(b"a@desk.example", b"a@desk.example")
        assert (await client.ask(b"RCPT TO:<b@desk.example>")).startswith("452 4.5.3")
        assert (await client.ask(b"DATA now")).startswith("501 5.5.4")


async def test_a_second_mail_cannot_begin_within_the_first() -> None:
    async with opened() as door:
        client = await knock(door.port)
        await client.hello()
        await client.ask(b"MAIL FROM:<>")
        assert (await client.ask(b"MAIL FROM:<>")).startswith("503 5.5.1")
        assert (await client.ask(b"RSET")).startswith("250")
        assert (await client.ask(b"MAIL FROM:<>")).startswith("250")
        await client.ask(b"EHLO again")
        assert (await client.ask(b"RCPT TO:<a@desk.example>")).startswith("503")


async def test_rfc_5321_6_3_a_mail_that_goes_in_circles_is_stopped() -> None:
    async with opened(hops=3) as door:
        client = await knock(door.port)
        await client.hello()
        trace = b"RECEIVED: from a\r\n\tby b\r\n"
        assert (await client.send(trace * 3 + b"Subject: x\r\n\r\nReceived: in the text")).startswith("250")
        assert (await client.send(trace * 4 + b"Subject: x\r\n\r\nx")).startswith("554 5.4.6")
        assert len(door.mailroom.deliveries) == 1


async def test_a_socket_that_was_passed_to_us_takes_the_place_of_ours() -> None:
    passed = socket.create_server(("127.0.0.1", 0))
    async with opened(inherited={"smtp": [passed]}, smtp=("127.0.0.1", 1)) as door:
        assert door.doors.addresses == (f"127.0.0.1:{passed.getsockname()[1]}",)
        client = await knock(door.port)
        assert (await client.hello()).startswith("250")


async def test_the_door_opens_on_ipv6_too() -> None:
    async with opened(smtp=("::1", 0)) as door:
        [address] = door.doors.addresses
        assert address.startswith("[::1]:")
        client = Knocker(*await asyncio.open_connection("::1", door.port))
        await client.hello()
        await client.send(b"x")
        assert door.mailroom.deliveries[0].client == "::1"
        assert b"([IPv6:::1])" in door.mailroom.deliveries[0].raw


async def test_the_clock_that_was_given_dates_the_mail() -> None:
    at = datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)
    async with opened(clock=lambda: at) as door:
        client = await knock(door.port)
        await client.hello()
        await client.send(b"Date: Thu, 1 Jan 2099 00:00:00 +0000\r\n\r\nx")
        assert door.mailroom.deliveries[0].received_at == at
        assert b"Fri, 31 Dec 1999 23:59:59 +0000" in door.mailroom.deliveries[0].raw
