"""The relay when its own code, or the library's, fails in a way that nobody foresaw."""

from __future__ import annotations

from typing import Any

import pytest
from edges.far_end import Box, FarEnd, relaying
from structlog.testing import capture_logs

from maild.edges import relay as relay_module
from maild.edges import relay_wire


async def test_a_bug_on_the_way_out_ends_no_courier(monkeypatch: pytest.MonkeyPatch) -> None:
    far, box = await FarEnd().start(), Box()
    real, bugs = relay_wire.Wire.send, [RuntimeError("a bug")]

    async def send(wire: relay_wire.Wire, *letter: Any) -> relay_wire.Reply:
        if bugs:
            raise bugs.pop()
        return await real(wire, *letter)

    monkeypatch.setattr(relay_wire.Wire, "send", send)
    box.put(2)
    with capture_logs() as logs:
        async with relaying(far, box, connections=1):
            await box.settled(2)
    assert [line["event"] for line in logs] == ["fault at a letter"]
    assert box.fates == {1: "deferred fault: RuntimeError", 2: "sent 250 2.0.0 kept"}


async def test_a_fault_of_the_library_is_a_server_that_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    far, box = await FarEnd().start(), Box()
    monkeypatch.setattr(relay_module, "OUTAGE", (0.05,))
    real, bugs = relay_wire._introduce, [RuntimeError("Transport None does not support writing.")]

    async def introduce(*all_of_it: Any) -> None:
        if bugs:
            raise bugs.pop()
        await real(*all_of_it)

    monkeypatch.setattr(relay_wire, "_introduce", introduce)
    box.put()
    async with relaying(far, box, connections=1) as relay:
        await box.settled(1)
        box.put()
        relay.nudge()
        await box.settled(2)
    assert box.fates[1].startswith("deferred RuntimeError: Transport None")
    assert box.fates[2].startswith("sent")
