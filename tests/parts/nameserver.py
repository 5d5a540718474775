"""nameserver: a small authoritative name server on loopback, UDP and TCP on one port.

with Nameserver({"desk.example": {"MX": ["10 mx.desk.example."], "TXT": ['"v=spf1 mx -all"']}}) as dns:
    dns.address is "127.0.0.1:5353";  dns.zone may be changed while it runs;  dns.asked is what came, ("desk.example", "MX")

A name that is not in the zone, nor above one that is, does not exist (NXDOMAIN).  A CNAME is followed within the zone.  Answers over
512 octets are truncated on UDP, so that the asker comes back by TCP.  `dns.mute = True`: it hears, and says nothing;
`dns.broken = True`: it says that it failed (SERVFAIL).
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from types import TracebackType

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = dict[str, dict[str, list[str]]]
TTL = 60


def text(value: str) -> str:
    """A TXT record's strings, of 255 octets at most, quoted as in a zone file."""
    pieces = [value[i : i + 255] for i in range(0, len(value), 255)] or [""]
    return " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)


class Nameserver:
    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.asked: list[tuple[str, str]] = []
        self.mute = self.broken = False
        self._udp, self._tcp = _pair()
        self.port = int(self._udp.getsockname()[1])
        self.address = f"127.0.0.1:{self.port}"

    def __enter__(self) -> Nameserver:
        for serve in (self._serve_udp, self._serve_tcp):
            threading.Thread(target=serve, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for one in (self._udp, self._tcp):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _serve_udp(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                octets, asker = self._udp.recvfrom(4096)
                if not octets:
                    return
                if not self.mute:
                    self._udp.sendto(self.answer(octets, 512), asker)

    def _serve_tcp(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._tcp.accept()
                with connection, connection.makefile("rb") as stream:
                    head = stream.read(2)
                    if len(head) == 2 and not self.mute:
                        answer = self.answer(stream.read(struct.unpack("!H", head)[0]), 65_535)
                        connection.sendall(struct.pack("!H", len(answer)) + answer)

    def answer(self, octets: bytes, room: int) -> bytes:
        question = dns.message.from_wire(octets)
        made = dns.message.make_response(question)
        made.flags |= dns.flags.AA
        [asked] = question.question
        kind = dns.rdatatype.to_text(asked.rdtype)
        name = asked.name.to_text(omit_final_dot=True).lower()
        self.asked.append((name, kind))
        if self.broken:
            made.set_rcode(dns.rcode.SERVFAIL)
            return made.to_wire()
        for _ in range(8):
            records = self.zone.get(name, {})
            if "CNAME" not in records or kind == "CNAME":
                break
            made.answer.append(dns.rrset.from_text(f"{name}.", TTL, "IN", "CNAME", *records["CNAME"]))
            name = records["CNAME"][0].rstrip(".").lower()
        if records.get(kind):
            made.answer.append(dns.rrset.from_text(f"{name}.", TTL, "IN", kind, *records[kind]))
        elif not any(known == name or known.endswith(f".{name}") for known in self.zone):
            made.set_rcode(dns.rcode.NXDOMAIN)
        wire = made.to_wire(max_size=65_535)
        if len(wire) <= room:
            return wire
        made.answer.clear()
        made.flags |= dns.flags.TC
        return made.to_wire()


def _pair() -> tuple[socket.socket, socket.socket]:
    """UDP and TCP on the same free port."""
    while True:
        udp, tcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket()
        udp.bind(("127.0.0.1", 0))
        try:
            tcp.bind(udp.getsockname())
        except OSError:
            udp.close()
            tcp.close()
            continue
        tcp.listen(16)
        return udp, tcp
