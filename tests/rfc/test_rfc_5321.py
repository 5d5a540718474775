"""SMTP (RFC 5321): what a server promises with 250, and what it may not do after another answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from edges.imap_rig import Rig, rig
from edges.knocking import knock, opened
from parts.mails import mail
from parts.site import Site, planted

from maild.config import Door, load
from maild.edges.relay_wire import Patience
from maild.store.outbox import LEASE

TABLES = ("incoming", "delivery", "chunk", "staging", "cases", "outbox")
# The disk, as the database tells of it: the second of three recipients cannot be written.
BROKEN = (
    "CREATE TRIGGER broken BEFORE INSERT ON delivery WHEN NEW.recipient='sales@desk.example'"
    " BEGIN SELECT RAISE(ABORT, 'no'); END"
)


async def rows(house: Rig) -> dict[str, int]:
    return {
        table: (await house.ask(lambda s, t=table: s.one(f"SELECT count(*) FROM {t}")))[0]  # type: ignore[misc]
        for table in TABLES
    }


async def test_rfc_5321_4_1_1_4_a_mail_is_stored_for_all_its_recipients_or_refused_for_all(tmp_path: Path) -> None:
    """And 4.2.5: what got its 4yz is not delivered, not then and not when all is well again."""
    async with rig(tmp_path) as house, opened(house.room) as door:  # type: ignore[arg-type]
        await house.ask(lambda session: session.execute(BROKEN))
        client = await knock(door.port)
        await client.hello()
        both = (b"support@desk.example", b"sales@desk.example")
        for content in (b"small", b"large" * 100_000):
            assert (await client.send(content, *both)).startswith("451 4.3.0")
        await house.ask(lambda session: session.execute("DROP TRIGGER broken"))
        found = await rows(house)
        # The pieces of a large mail are no mail; the next start sweeps them.
        assert found["staging"] == 1
        assert {**found, "staging": 0, "chunk": 0} == dict.fromkeys(TABLES, 0)
        assert (await client.send(b"small", *both)).startswith("250")
        assert {name: count for name, count in (await rows(house)).items() if name in ("incoming", "delivery")} == {
            "incoming": 1,
            "delivery": 2,
        }


async def test_rfc_5321_4_5_3_1_8_a_hundred_recipients_are_taken_and_the_next_is_asked_to_come_again() -> None:
    async with opened() as door:
        client = await knock(door.port)
        await client.hello()
        await client.begin(*[b"r%d@desk.example" % n for n in range(100)])
        assert (await client.ask(b"RCPT TO:<r100@desk.example>")).startswith("452 4.5.3")
        assert (await client.ask(b"DATA")).startswith("354")
        assert (await client.ask(b"x\r\n.")).startswith("250")
        [delivery] = door.mailroom.deliveries
        assert len(delivery.recipients) == 100


def test_rfc_5321_4_5_3_2_patience_is_as_long_as_it_must_be(make_site: Callable[..., Site]) -> None:
    site = make_site()
    door, patience = load(site.config).door, Patience()
    assert door.idle == Door().idle == timedelta(minutes=5), "4.5.3.2.7: a server waits 5 minutes"
    assert patience.final >= 600, "4.5.3.2.6: a client waits 10 minutes after the final dot"
    assert patience.reply + patience.final < LEASE.total_seconds(), "and nobody else has the letter meanwhile"


# The mail is stored, and nobody ever reads it.
UNREAD = """
import threading
from maild.edges.worker import Worker
Worker._read_small = lambda self, small: threading.Event().wait()
"""


def test_rfc_5321_6_1_nothing_but_the_store_stands_between_the_final_dot_and_250(
    make_site: Callable[..., Site],
) -> None:
    site = make_site()
    site.program = planted(UNREAD)
    site.start()
    site.send(mail("Ann <ann@kunde.example>", "Skriver", "Den står."))
    assert [row["state"] for row in site.queue()] == ["leased"]
    assert site.cases() == []
