"""driver: mail servers that deliver while the storm blows, each as RFC 5321 wants it, with a ledger that survives them.

Every attempt stands in the ledger before it begins (SEND) and when it has ended: the reply's code, or LOST when there was none.
The same octets again until 2yz or 5yz; some mails are given up after replies of 4yz only: those must never be delivered.
"""

from __future__ import annotations

import json
import os
import random
import re
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parts.sink import Sink
from parts.site import Site
from storm.post import Desk, Mail

SERVERS = 6
LOST = 0
_CODED = re.compile(r"([245])\d\d[ -]\1\.\d{1,3}\.\d{1,3} ")


class Ledger:
    """Lines of JSON, each on the disk before the next thing happens.  verdicts: mail -> its attempts' ends.
    count, refusals: how many were 2yz, 4yz."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = threading.Lock()
        self.verdicts: dict[str, list[int]] = {}
        self.given_up: set[str] = set()
        self.count = self.refusals = 0

    def send(self, mail: Mail) -> None:
        self._append({"mail": mail.id, "sha256": mail.sha256, "what": "SEND"})

    def ended(self, mail: Mail, code: int) -> None:
        self._append({"mail": mail.id, "what": code or "LOST"})
        with self._lock:
            self.verdicts.setdefault(mail.id, []).append(code)
            self.count += code // 100 == 2
            self.refusals += code // 100 == 4

    def give_up(self, mail: Mail) -> None:
        self._append({"mail": mail.id, "what": "GIVEN UP"})
        self.given_up.add(mail.id)

    def _append(self, line: dict[str, Any]) -> None:
        os.write(self._file, json.dumps(line).encode() + b"\n")
        os.fdatasync(self._file)

    def close(self) -> None:
        os.close(self._file)

    def taken(self) -> set[str]:
        return {mail for mail, codes in self.verdicts.items() if any(code // 100 == 2 for code in codes)}


@dataclass
class Field:
    """What all mail servers share.  port: where they call (a proxy); fickle: the share of mails given up after a 4yz;
    lmtp: the share delivered over the UNIX socket; patience: seconds without a reply; calm: seconds of trying after the storm."""

    site: Site
    sink: Sink
    desk: Desk
    ledger: Ledger
    port: int
    pause: float = 0.05
    fickle: float = 0.3
    lmtp: float = 0.2
    patience: float = 15.0
    calm: float = 60.0
    enough: threading.Event = field(default_factory=threading.Event)
    # Replies without an enhanced code, and sessions that were left without an answer.
    bare: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)


class Refused(Exception):
    """The greeting was a refusal."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Session:
    """A connection that was greeted.  bare: where replies without an enhanced code are told."""

    def __init__(self, place: int | Path, patience: float, bare: list[str]) -> None:
        self._bare = bare
        self._socket = socket.socket(socket.AF_INET if isinstance(place, int) else socket.AF_UNIX)
        try:
            self._socket.settimeout(patience)
            self._socket.connect(("127.0.0.1", place) if isinstance(place, int) else str(place))
            self._file = self._socket.makefile("rb")
            for words in ("", "EHLO storm.example" if isinstance(place, int) else "LHLO storm.example"):
                code = self.ask(words, coded=False)
                if code not in (220, 250):
                    raise Refused(code)
        except BaseException:
            self._socket.close()
            raise

    def ask(self, words: str, *, coded: bool = True) -> int:
        if words:
            self._socket.sendall(f"{words}\r\n".encode())
        return self.reply(coded=coded)

    def give(self, raw: bytes) -> None:
        """The mail with its final dot."""
        stuffed = b"\r\n" + raw
        self._socket.sendall(stuffed.replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n")

    def reply(self, *, coded: bool = True) -> int:
        """The code of the next reply; ConnectionError when there is none any more."""
        while line := self._file.readline(4096):
            code = line[:3].decode("latin-1")
            if coded and code != "354" and not _CODED.match(line.decode("latin-1")):
                self._bare.append(repr(line))
            if line[3:4] != b"-":
                return int(code)
        raise ConnectionResetError("no reply")

    def close(self) -> None:
        self._socket.close()


class Server(threading.Thread):
    """One mail server with one connection at a time."""

    def __init__(self, field: Field, index: int) -> None:
        super().__init__(daemon=True, name=f"mta-{index}")
        self.field, self.chance = field, random.Random(f"{field.desk.seed}/{index}")
        self.local = self.chance.random() < field.lmtp if index else field.lmtp > 0
        self.door: Session | None = None
        self.stuck = False

    def run(self) -> None:
        while not self.field.enough.is_set():
            self.deliver(self.field.desk.write(self.chance))
            time.sleep(self.field.pause)
        self.hang_up()

    def deliver(self, mail: Mail) -> None:
        ledger, wait, end = self.field.ledger, 0.02, 0.0
        self.field.kinds[mail.kind] += 1
        while True:
            ledger.send(mail)
            code = self.attempt(mail)
            ledger.ended(mail, code)
            if code // 100 == 2:
                self.field.desk.taken.append(mail)
            if code // 100 in (2, 5):
                return
            # When the storm is over it must be taken soon; who still tries then is seen to wait.
            end = end or (time.monotonic() + self.field.calm if self.field.enough.is_set() else 0.0)
            if end and time.monotonic() > end:
                self.stuck = True
                return
            if self._tires(mail):
                ledger.give_up(mail)
                return
            time.sleep(wait * self.chance.uniform(0.8, 1.2))
            wait = min(wait * 2, 0.2)

    def _tires(self, mail: Mail) -> bool:
        """Only where every answer was a refusal: after silence the mail may be in."""
        codes = self.field.ledger.verdicts[mail.id]
        return all(code // 100 == 4 for code in codes) and self.chance.random() < self.field.fickle

    def attempt(self, mail: Mail) -> int:
        """The code that decides, LOST for none."""
        try:
            codes = self._converse(self._session(), mail)
        except Refused as refusal:
            return refusal.code
        except TimeoutError:
            self.field.silent.append(f"{mail.id} by {'LMTP' if self.local else 'SMTP'} to {len(mail.recipients)}")
            self.hang_up()
            return LOST
        except (OSError, ValueError):
            self.hang_up()
            return LOST
        if codes[-1] == 421:
            self.hang_up()
        return codes[-1]

    def _converse(self, door: Session, mail: Mail) -> list[int]:
        """One code that refuses, or those after the final dot: one, or by LMTP one a recipient."""
        for words in (f"MAIL FROM:<{mail.sender}>", *(f"RCPT TO:<{to}>" for to in mail.recipients), "DATA"):
            code = door.ask(words)
            if code // 100 not in (2, 3):
                if code != 421:
                    door.ask("RSET")
                return [code]
        door.give(mail.raw)
        return [door.reply() for _ in (mail.recipients if self.local else (1,))]

    def _session(self) -> Session:
        if self.door is None:
            place = self.field.site.lmtp if self.local else self.field.port
            self.door = Session(place, self.field.patience, self.field.bare)
        return self.door

    def hang_up(self) -> None:
        if self.door is not None:
            self.door.close()
        self.door = None
