"""What a question to the DNS can come to: found, empty, no such name, or nobody who knows."""

from __future__ import annotations

import pytest
from parts.nameserver import Nameserver

from maild.edges.resolver import Names
from maild.mail.names import State

ZONE = {"desk.example": {"MX": ["10 mx.desk.example."]}, "mx.desk.example": {"A": ["192.0.2.1"]}}


@pytest.mark.parametrize(
    ("name", "kind", "state"),
    [("desk.example", "MX", State.FOUND), ("desk.example", "TXT", State.EMPTY), ("no.example", "MX", State.ABSENT)],
)
async def test_a_name_server_that_knows_is_believed(name: str, kind: str, state: State) -> None:
    with Nameserver(ZONE) as dns:
        assert (await Names(("127.0.0.1", dns.port)).ask(name, kind)).state is state


@pytest.mark.parametrize("fault", ["broken", "mute", "gone"])
async def test_a_name_server_that_does_not_know_says_nothing_of_the_name(fault: str) -> None:
    """SERVFAIL, a timeout, a closed port: never "there is no such name"."""
    with Nameserver(ZONE) as dns:
        dns.broken, dns.mute = fault == "broken", fault == "mute"
        port = 1 if fault == "gone" else dns.port
        answer = await Names(("127.0.0.1", port), lifetime=0.3).ask("desk.example", "MX")
    assert answer.state is State.SILENT
    assert answer.error
