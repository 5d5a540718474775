"""SMTP smuggling: one mail stays one mail, when it comes to the daemon and when its words leave again."""

from __future__ import annotations

import re
import socket
import time
from typing import BinaryIO

import pytest
from edges.knocking import NO_ENDS
from parts.net import wait_until
from parts.sink import Sink
from parts.site import DESK, Site

from maild.edges.relay_wire import stuffed

EVIL = "evil@evil.example"
SECOND = f"MAIL FROM:<{EVIL}>\r\nRCPT TO:<{DESK}>\r\nDATA\r\nFrom: {EVIL}\r\nSubject: smuggled\r\n\r\nsmuggled".encode()
HEAD = "From: Ann <ann@kunde.example>\r\nTo: {to}\r\nSubject: Sak {n}\r\nMessage-ID: <{n}@kunde.example>\r\nDate: {date}\r\n\r\nHei\r\n"
BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")


def ask(wire: socket.socket, replies: BinaryIO, octets: bytes) -> bytes:
    wire.sendall(octets)
    line = replies.readline()
    while line[3:4] == b"-":
        line = replies.readline()
    return line


def test_cve_2023_51765_no_end_but_one_smuggles_a_mail_into_the_daemon_or_out_of_it(besieged: Site, far: Sink):
    """Twelve false ends, cut by the network at each of their octets."""
    sent = 0
    with socket.create_connection(("127.0.0.1", besieged.port), timeout=20) as wire, wire.makefile("rb") as replies:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        assert replies.readline().startswith(b"220")
        assert ask(wire, replies, b"EHLO mx.kunde.example\r\n").startswith(b"250")
        for variant in NO_ENDS:
            for cut in range(len(variant) + 1):
                sent += 1
                head = HEAD.format(to=DESK, n=sent, date="Mon, 2 Mar 2026 10:00:00 +0100").encode()
                whole = head + variant + SECOND + b"\r\n.\r\n"
                assert ask(wire, replies, b"MAIL FROM:<ann@kunde.example>\r\n").startswith(b"250")
                assert ask(wire, replies, f"RCPT TO:<{DESK}>\r\n".encode()).startswith(b"250")
                assert ask(wire, replies, b"DATA\r\n").startswith(b"354")
                wire.sendall(whole[: len(head) + cut])
                time.sleep(0.002)
                assert ask(wire, replies, whole[len(head) + cut :]).startswith(b"250"), (variant, cut)
                # One reply and no more: what was within is no command.
                assert ask(wire, replies, b"NOOP\r\n") == b"250 2.0.0 ok\r\n", (variant, cut)
    assert wait_until(lambda: len(far.of("notice")) >= sent, 30)
    cases = besieged.cases()
    assert len(cases) == sent
    assert {case["customer"] for case in cases} == {"ann@kunde.example"}
    assert {case["subject"] for case in cases} == {f"Sak {n}" for n in range(1, sent + 1)}
    assert len(far.of("notice")) == sent
    for letter in far.letters:
        assert not BARE.search(letter.raw)
        assert max(map(len, letter.raw.split(b"\r\n"))) <= 998
        assert EVIL not in letter.recipients
    assert any("smuggled" in letter.text for letter in far.of("notice"))


@pytest.mark.parametrize(
    "variant", [v for v in NO_ENDS if b"\0" not in v]
)  # a letter with a NUL is held: letters.faults
def test_threat_16_no_letter_ends_early_at_a_lax_server(variant: bytes):
    """Before the false end any number of octets, so that it lies across any border; on the wire it ends nothing at any server."""
    for before in range(4):
        whole = stuffed(b"x" * before + variant + SECOND + variant)
        content = whole.removesuffix(b"\r\n.\r\n")
        assert whole.endswith(b"\r\n.\r\n")
        assert not BARE.search(content)
        assert not [end for end in (*NO_ENDS, b"\r\n.\r\n") if end in content]
