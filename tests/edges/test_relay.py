"""The relay against a server that obeys a script: every letter comes to a known end, or is sent again as it was."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from edges.far_end import DROP, HANG, NOW, OFFERS, QUICK, Box, FarEnd, relaying
from parts.net import free_port
from structlog.testing import capture_logs

from maild.config import RelayTo
from maild.edges import relay as relay_module
from maild.edges.relay import Relay, backoff, pause
from maild.edges.relay_wire import Patience
from maild.errors import RuleError

MINUTE = timedelta(minutes=1)


async def test_letters_leave_over_a_few_kept_connections() -> None:
    far, box = await FarEnd().start(), Box()
    box.put(100)
    async with relaying(far, box, connections=2):
        await box.settled(100)
    assert set(box.fates.values()) == {"sent 250 2.0.0 kept"}
    assert len(far.letters) == 100
    assert far.sessions <= 2
    assert b"EHLO [127.0.0.1]" in far.commands


async def test_the_octets_of_a_letter_are_what_arrives() -> None:
    far, box = await FarEnd().start(), Box()
    mail = (
        b".first\r\nSubject: \xc3\xa5\r\n\r\n.\r\n..\r\n"
        + bytes(range(256)).replace(b"\n", b"").replace(b"\r", b"")
        + b"\r\n"
    )
    box.put(mail=mail, sender="")
    async with relaying(far, box):
        await box.settled(1)
    assert far.letters[0].replace(b"\r\n..", b"\r\n.").removesuffix(b".\r\n")[1:] == mail
    assert b"MAIL FROM:<> SIZE=%d BODY=8BITMIME" % len(mail) in far.commands


@pytest.mark.parametrize(
    "mail", [b"x\n.\nMAIL FROM:<evil@x.example>\n", b"x\r.\r\nMAIL FROM:<evil@x.example>", b"x\r\n.\nMAIL"]
)
async def test_nothing_in_a_letter_can_end_it_early(mail: bytes) -> None:
    far, box = await FarEnd().start(), Box()
    box.put(mail=mail)
    async with relaying(far, box):
        await box.settled(1)
    [letter] = far.letters
    assert b"\r\n..\r\n" in letter
    assert letter.count(b"\r\n") == letter.count(b"\n") == letter.count(b"\r")
    assert [c for c in far.commands if c.startswith(b"MAIL")] == [
        b"MAIL FROM:<support@desk.example> SIZE=%d" % len(mail)
    ]


async def test_a_server_without_extensions_is_spoken_to_step_by_step() -> None:
    far, box = await FarEnd(offers=("HELP",)).start(), Box()
    far.script = {"RCPT": [b"550 5.1.1 nobody"]}
    box.put(2)
    async with relaying(far, box, connections=1):
        await box.settled(2)
    assert box.fates == {1: "failed 5.1.1 550 5.1.1 nobody", 2: "sent 250 2.0.0 kept"}
    assert far.commands[1:] == [
        b"MAIL FROM:<support@desk.example>", b"RCPT TO:<p1@acme.example>", b"RSET", b"MAIL FROM:<support@desk.example>",
        b"RCPT TO:<p2@acme.example>", b"DATA", b"QUIT",
    ]  # fmt: skip


REFUSALS = [
    ("MAIL", b"451 4.3.0 later", "deferred 451 4.3.0 later"),
    ("RCPT", b"450 4.2.0 greylisted", "deferred 450 4.2.0 greylisted"),
    (".", b"452 4.3.1 full", "deferred 452 4.3.1 full"),
    ("MAIL", b"550 5.7.1 no", "failed 5.7.1 550 5.7.1 no"),
    ("RCPT", b"550-5.1.1 no such\r\n550 5.1.1 user", "failed 5.1.1 550 5.1.1 no such 5.1.1 user"),
    (".", b"554 spam", "failed 5.0.0 554 spam"),
]


@pytest.mark.parametrize(("step", "reply", "fate"), REFUSALS)
async def test_a_refusal_meets_its_letter_only(step: str, reply: bytes, fate: str) -> None:
    far, box = await FarEnd().start(), Box()
    later = {"MAIL": ["RCPT", "DATA"], "RCPT": ["DATA"]}.get(step, [])
    far.script = {step: [reply]} | {verb: [b"503 5.5.1 no"] for verb in later}
    box.put(2)
    async with relaying(far, box, connections=1):
        await box.settled(2)
    assert box.fates == {1: fate, 2: "sent 250 2.0.0 kept"}
    assert far.sessions == 1
    assert b"RSET" in far.commands
    if fate.startswith("deferred"):
        assert box.waits[1] == MINUTE


async def test_an_answer_that_never_comes_after_the_letter_leaves_its_outcome_open() -> None:
    far, box = await FarEnd().start(), Box()
    far.script = {".": [HANG]}
    box.put(2)
    async with relaying(far, box, connections=1):
        await box.settled(2)
    assert box.fates == {1: "deferred no answer to the letter: no reply in time", 2: "sent 250 2.0.0 kept"}
    assert far.sessions == 2


async def test_a_connection_that_breaks_after_the_letter_does_so_too() -> None:
    far, box = await FarEnd().start(), Box()
    far.script = {".": [DROP]}
    box.put(2)
    async with relaying(far, box, connections=1):
        await box.settled(2)
    assert box.fates[1].startswith("deferred no answer to the letter: connection")
    assert box.fates[2].startswith("sent")


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("end", [DROP, b"421 4.3.2 closing"])
async def test_a_kept_connection_that_ended_before_the_letter_left_is_replaced(step: str, end: bytes) -> None:
    far, box = await FarEnd().start(), Box()
    yes = {"MAIL": b"250 ok", "RCPT": b"250 ok", "DATA": b"354 go"}[step]
    far.script = {step: [yes, end]}
    box.put(3)
    async with relaying(far, box, connections=1):
        await box.settled(3)
    assert {fate[:4] for fate in box.fates.values()} == {"sent"}
    assert (len(far.letters), far.sessions) == (3, 2)


async def test_a_server_that_closed_while_all_was_quiet_is_called_anew() -> None:
    far, box = await FarEnd().start(), Box()
    box.put()
    async with relaying(far, box, connections=1) as relay:
        await box.settled(1)
        for task in asyncio.all_tasks():
            if "session" in repr(task.get_coro()):
                task.cancel()
        await asyncio.sleep(0.05)
        box.put()
        relay.nudge()
        await box.settled(2)
    assert {fate[:4] for fate in box.fates.values()} == {"sent"}
    assert far.sessions == 2


NONSENSE = [
    b"hello",
    b"999 9.9.9 x",
    b"250-" + b"x" * 70_000,
    b"\r\n".join([b"250-x"] * 300),
    b"\xff\xfe\x00",
    b"354 go",
    b"250 a\r\n" * 9,
]


@pytest.mark.parametrize("reply", NONSENSE)
@pytest.mark.parametrize("step", ["MAIL", "."])
async def test_a_server_that_lies_breaks_nothing_but_its_connection(step: str, reply: bytes) -> None:
    far, box = await FarEnd().start(), Box()
    far.script = {step: [reply]}
    box.put(2)
    async with relaying(far, box, connections=1):
        await box.settled(2)
    assert box.fates[2].startswith("sent")
    # Replies beyond those that were asked for are noticed; the first of them did answer.
    assert box.fates[1].startswith("sent" if reply.startswith(b"250 a") and step == "." else "deferred")


async def test_a_server_that_refuses_the_recipient_and_waits_for_a_letter_gets_none() -> None:
    far, box = await FarEnd().start(), Box()
    far.script = {"RCPT": [b"550 5.1.1 nobody"]}
    box.put(2)
    async with relaying(far, box, connections=1):
        await box.settled(2)
    assert box.fates[1] == "failed 5.1.1 550 5.1.1 nobody"
    assert len(far.letters) == 1


async def test_a_letter_that_is_too_old_is_given_up() -> None:
    far, box = await FarEnd().start(), Box()
    far.script = {"MAIL": [b"451 4.3.0 later"] * 2, "RCPT": [b"503 no"] * 2, "DATA": [b"503 no"] * 2}
    box.put(created_at=NOW - timedelta(days=5))
    box.put(created_at=NOW - timedelta(days=5) + MINUTE)
    async with relaying(far, box, connections=1):
        await box.settled(2)
    assert box.fates[1] == "failed 4.4.7 given up: 451 4.3.0 later"
    assert box.fates[2] == "deferred 451 4.3.0 later"


BAD_ADDRESSES = ["", "nobody", "a@b.example>\r\nRCPT TO:<c@d.example", "a@b.example> SIZE=1", "bjørn@acme.example"]


@pytest.mark.parametrize("recipient", BAD_ADDRESSES)
async def test_an_address_that_cannot_be_said_fails_unsaid(recipient: str) -> None:
    far, box = await FarEnd().start(), Box()
    box.put(recipient=recipient)
    async with relaying(far, box):
        await box.settled(1)
    assert box.fates[1].startswith("failed 5.6.7" if "ø" in recipient else "failed 5.1.3")
    assert not [c for c in far.commands if c.startswith(b"MAIL")]


async def test_an_address_beyond_ascii_goes_where_it_is_understood() -> None:
    far, box = await FarEnd(offers=(*OFFERS, "SMTPUTF8")).start(), Box()
    box.put(recipient="bjørn@blåbær.example")
    async with relaying(far, box):
        await box.settled(1)
    assert box.fates[1].startswith("sent")
    assert any(c.endswith(b" SMTPUTF8") for c in far.commands)


async def test_letters_of_one_lane_go_one_by_one_in_order() -> None:
    far, box = await FarEnd().start(), Box()
    box.put(30, lane="7:ann")
    async with relaying(far, box, connections=4):
        await box.settled(30)
    assert box.order == list(range(1, 31))
    assert far.most_at_work == 1


async def test_letters_of_different_lanes_go_side_by_side() -> None:
    far, box = await FarEnd().start(), Box()
    for lane in range(40):
        box.put(lane=f"{lane}:ann")
    async with relaying(far, box, connections=4):
        await box.settled(40)
    assert far.most_at_work > 1


async def test_a_server_that_is_down_costs_no_letter_an_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "OUTAGE", (0.3, 0.3))
    far, box = FarEnd(port=free_port()), Box()
    box.put(100)
    async with relaying(far, box, connections=1):
        await box.settled(16)
        takes = box.takes
        await asyncio.sleep(0.2)
        # What was in our hands went back for a moment; nothing more is taken while nobody answers.
        assert len(box.fates) == 16
        assert box.takes == takes
        assert max(box.waits.values()) < timedelta(seconds=1)
        assert "Connect" in box.fates[1]
        await far.start()
        await box.settled(100)
    assert len(far.letters) == 84


async def test_a_server_that_wants_a_login_fails_no_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "OUTAGE", (0.2,))
    far, box = await FarEnd().start(), Box()
    far.script = {"MAIL": [b"530 5.7.0 authenticate"], "RCPT": [b"530 5.7.0 no"], "DATA": [b"530 5.7.0 no"]}
    box.put(2)
    async with relaying(far, box, connections=1):
        await box.settled(2)
    assert box.fates[1] == "deferred 530 5.7.0 authenticate"


@pytest.mark.parametrize("greeting", [b"421 4.3.2 busy", b"554 5.7.1 go away", b"nonsense", DROP])
async def test_a_server_that_does_not_greet_us_is_down(greeting: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "OUTAGE", (0.05,))
    far, box = await FarEnd().start(), Box()
    far.script = {"": [greeting]}
    box.put()
    async with relaying(far, box, connections=1) as relay:
        await box.settled(1)
        assert box.fates[1].startswith("deferred SMTP")
        box.put()
        relay.nudge()
        await box.settled(2)
    assert box.fates[2].startswith("sent")


async def test_a_server_that_wants_fewer_of_us_is_no_server_that_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "REST", 0.05)
    far, box = await FarEnd().start(), Box()
    far.script = {"": [b"220 far.example ESMTP"] + [b"421 4.7.0 too many connections"] * 3}
    box.put(50)
    async with relaying(far, box, connections=4):
        await box.settled(50)
    assert {fate[:4] for fate in box.fates.values()} == {"sent"}


async def test_a_long_idle_connection_is_closed() -> None:
    far, box = await FarEnd().start(), Box()
    box.put()
    async with relaying(far, box, Patience(2.0, 1.0, 1.0, idle=0.05), connections=1):
        await box.settled(1)
        while far.open:
            await asyncio.sleep(0.01)
    assert far.commands[-1] == b"QUIT"


async def test_a_bug_at_one_letter_defers_that_letter() -> None:
    far, box = await FarEnd().start(), Box()
    box.broken = {"load": [KeyError("no such mail")]}
    box.put(2)
    with capture_logs() as logs:
        async with relaying(far, box, connections=1):
            await box.settled(2)
    assert [line["event"] for line in logs] == ["fault at a letter"]
    assert box.fates == {1: "deferred fault: KeyError", 2: "sent 250 2.0.0 kept"}


async def test_a_mark_that_cannot_be_written_holds_the_courier_and_not_the_letter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay_module, "RETRY", 0.01)
    far, box = await FarEnd().start(), Box()
    box.broken = {"sent": [OSError("disk full")] * 5, "take": [OSError("database gone")]}
    box.put(1)
    with capture_logs() as logs:
        async with relaying(far, box, connections=1) as relay:
            await asyncio.sleep(0.02)
            relay.nudge()
            await box.settled(1)
    assert len(logs) == 6
    assert len(far.letters) == 1


async def test_a_letter_taken_twice_is_sent_once() -> None:
    far, box = await FarEnd().start(), Box()
    box.put()
    box.waiting.append(box.waiting[0])
    async with relaying(far, box):
        await box.settled(1)
    assert len(far.letters) == 1


async def test_letters_that_were_not_announced_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "POLL", 0.05)
    far, box = await FarEnd().start(), Box()
    async with relaying(far, box):
        await asyncio.sleep(0.1)
        box.put(40)
        await box.settled(40)


async def test_at_the_end_what_is_under_way_is_finished_and_no_more_is_taken() -> None:
    far, box = await FarEnd().start(), Box()
    box.put(100)
    async with relaying(far, box, connections=1) as relay:
        await box.settled(1)
        await relay.drain(5)
        assert len(box.fates) == len(far.letters)
        assert len(box.waiting) >= 60


async def test_a_letter_cut_off_in_the_middle_stays_unmarked() -> None:
    far, box = await FarEnd().start(), Box()
    far.script = {".": [HANG]}
    box.put()
    patience = Patience(2.0, 20.0, 20.0, 60.0)
    relay = Relay(RelayTo(port=far.port, connections=1), box, lambda: NOW, lambda: 0.5, None, patience=patience)
    running = asyncio.create_task(relay.run())
    while not far.letters:
        await asyncio.sleep(0.01)
    await relay.drain(0.05)
    running.cancel()
    await asyncio.wait([running])
    assert not box.fates
    # The next daemon sends the same octets again.
    box.put()
    box.waiting[0] = box.waiting[0].__class__(1, 1, "support@desk.example", "p1@acme.example", 2, NOW, "")
    async with relaying(far, box, QUICK):
        await box.settled(1)
    assert far.letters[0] == far.letters[1]


def test_waiting_grows_to_an_hour_and_is_spread() -> None:
    assert [backoff(n, 0.5) for n in (0, 1, 2, 3, 4, 5, 120)] == [MINUTE * m for m in (1, 1, 5, 15, 60, 60, 60)]
    assert (backoff(4, 0.0), backoff(4, 1.0)) == (MINUTE * 48, MINUTE * 72)
    assert [pause(n, 0.5).total_seconds() for n in (1, 2, 99)] == [5, 10, 300]


@pytest.mark.parametrize("host", ["mail.example.net", "192.0.2.1", "::"])
def test_plain_text_is_for_loopback_only(host: str) -> None:
    with pytest.raises(RuleError):
        Relay(RelayTo(host=host), Box(), lambda: NOW, lambda: 0.5, None)
    Relay(RelayTo(host=host, tls="starttls"), Box(), lambda: NOW, lambda: 0.5, None)
