"""Machines that answer machines: two help desks, a vacation robot and a dead mailbox wired in a ring, for a virtual day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parseaddr
from itertools import count
from pathlib import Path

import pytest
from parts.house import DESKS, Got, House

from maild.mail import token

HERE, THERE, AWAY, DEAD = "support@desk.example", "support@other.example", "per@kunde.example", "gone@kunde.example"
# What stands for the handlers' own mailboxes: one is on holiday, one is full.
STAFF = {"kari@staff.example": AWAY, "ola@staff.example": DEAD}
_SERIAL = count(1)
Robot = Callable[[Got], dict[str, str]]


@dataclass
class World:
    """Who writes to whom.  edges counts each letter by its way; robot: a customer's; proven: the MTAs vouch for everything."""

    desks: dict[str, House]
    robot: Robot
    proven: bool
    edges: Counter[tuple[str, str]] = field(default_factory=Counter)

    def carry(self) -> None:
        """Deliver what every desk has to send; answers go back at once."""
        for domain, house in self.desks.items():
            for letter in house.letters():
                mailbox = STAFF.get(letter.to, letter.to)
                self.edges[domain, letter.to] += 1
                if mailbox == DEAD:
                    self.bounce(house, letter)
                elif mailbox == AWAY:
                    self.answer(house, letter)
                else:
                    self.desks[mailbox.partition("@")[2]].arrives(letter.raw, mailbox, _sender(house, letter))

    def answer(self, house: House, letter: Got) -> None:
        """The robot of whoever got it; a handler's is a good one."""
        fields = vacation(letter) if letter.to in STAFF else self.robot(letter)
        to = fields.pop("To")
        self.edges[letter.to, _domain(to)] += 1
        house.mail(letter.to, fields.pop("Subject"), "Jeg er på ferie.", to, proven=self.proven, **fields)

    def bounce(self, house: House, letter: Got) -> None:
        self.edges[letter.to, _domain(letter.reply_to)] += 1
        head = letter.raw.partition(b"\r\n\r\n")[0].decode()
        report = f"Final-Recipient: rfc822; {letter.to}\r\nAction: failed\r\nStatus: 5.2.2\r\n"
        raw = f"From: MAILER-DAEMON@kunde.example\r\nSubject: Undelivered\r\nMessage-ID: <{next(_SERIAL)}@kunde.example>\r\n"
        raw += "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: "
        raw += f"message/delivery-status\r\n\r\nReporting-MTA: dns; kunde.example\r\n\r\n{report}\r\n"
        raw += f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{head}\r\n--b--\r\n"
        house.arrives(raw.encode(), _sender(house, letter), "")

    def live(self, hours: int = 24) -> None:
        self.carry()
        for _ in range(hours * 2):
            for house in self.desks.values():
                house.wait(minutes=30)
            self.carry()


def _sender(house: House, letter: Got) -> str:
    row = house.session.one("SELECT sender FROM outbox WHERE message_id=?", (str(letter.mail["Message-ID"]),))
    assert row is not None
    return str(row[0])


def _domain(address: str) -> str:
    return address.partition("@")[2]


# --- robots ---------------------------------------------------------------------------------------------------------------------


def vacation(letter: Got) -> dict[str, str]:
    """As RFC 3834 wants it."""
    return {
        "To": letter.reply_to,
        "Subject": f"Auto: {letter.subject}",
        "Auto_Submitted": "auto-replied (vacation)",
        "In_Reply_To": str(letter.mail["Message-ID"]),
    }


def rude(letter: Got) -> dict[str, str]:
    """It marks nothing, but answers the letter."""
    return {"To": letter.reply_to, "Subject": f"Re: {letter.subject}", "In_Reply_To": str(letter.mail["Message-ID"])}


def blind(letter: Got) -> dict[str, str]:
    """It marks nothing, names nothing, and begins a matter of its own with each answer."""
    subject = f"Takk for din henvendelse ({next(_SERIAL)})"
    return {"To": parseaddr(str(letter.mail["From"]))[1], "Subject": subject}


@pytest.fixture
def make_world(tmp_path: Path):  # type: ignore[no-untyped-def]
    made: list[House] = []

    def world(robot: Robot, proven: bool) -> World:
        for name in ("desk", "other"):
            (tmp_path / name).mkdir()
            house = House(tmp_path / name, desks=DESKS.replace("desk.example", f"{name}.example"))
            house.keys = token.parse(token.fresh(name.encode() * 8, "aa"))
            made.append(house)
        return World({"desk.example": made[0], "other.example": made[1]}, robot, proven)

    yield world
    for house in made:
        house.database.close()


@pytest.mark.parametrize("proven", [True, False], ids=["proven", "unproven"])
@pytest.mark.parametrize("author", [THERE, AWAY, DEAD])
def test_threat_9_a_ring_of_desks_robots_and_dead_mailboxes_comes_to_rest(make_world, author: str, proven: bool):  # type: ignore[no-untyped-def]
    world = make_world(vacation, proven)
    # One mail too many in somebody's name, to each of the desks: the day begins.
    for domain, house in world.desks.items():
        if not author.endswith(domain):
            house.mail(author, "Hei", "Hallo?", f"support@{domain}", proven=proven)
    world.live()
    assert max(world.edges.values()) <= 2, world.edges


@pytest.mark.parametrize("proven", [True, False], ids=["proven", "unproven"])
def test_threat_9_a_robot_that_only_answers_has_one_acknowledgement(make_world, proven: bool):  # type: ignore[no-untyped-def]
    world = make_world(rude, proven)
    world.desks["desk.example"].mail(AWAY, "Hei", "Hallo?", proven=proven)
    world.live()
    assert world.edges["desk.example", AWAY] == 1


@pytest.mark.parametrize(("proven", "most"), [(True, 20), (False, 5)], ids=["proven", "unproven"])
def test_threat_9_a_robot_that_always_begins_anew_is_answered_so_often_and_no_more(make_world, proven: bool, most: int):  # type: ignore[no-untyped-def]
    world = make_world(blind, proven)
    world.desks["desk.example"].mail(AWAY, "Hei", "Hallo?", proven=proven)
    world.live()
    assert world.edges["desk.example", AWAY] == most
