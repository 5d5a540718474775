"""Reading answers to anything, and reads well-formed mail as the standard library does."""

from __future__ import annotations

import hashlib
import json
import random
from email import policy
from email.message import EmailMessage
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from maild.cli.inspect import described
from maild.mail.parse import read
from maild.mail.payload import payload

CORPUS = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "corpus").glob("*.eml"))]
RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = some.text(some.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=60)
LOCAL = some.from_regex(r"[a-z][a-z0-9.+_-]{0,20}[a-z0-9]", fullmatch=True).filter(lambda s: ".." not in s)
PIECES = some.sampled_from(
    [
        b"\n", b"\r\n", b"\r", b"--b", b"--b--", b"Content-Type: multipart/mixed; boundary=b\n",
        b"Content-Type: text/html\n", b"\n\n", b"<", b">",
        b'"', b"(", b")", b"=?utf-8?q?", b"?=", b"=?x?b?", b"From: ", b"To: ", b"Subject: ", b"a@b.c", b",", b";", b":", b"\x00", b"\xff",
        b"\xc3\xa5", b"> ", b"On 1.2.2026 x@y.z wrote:\n", b"-- \n", b"begin 644 a\n", b"end\n", b"Content-Transfer-Encoding: base64\n",
        b"message/delivery-status", b"Final-Recipient: rfc822; a@b.c\n", b"name*0*=utf-8''%", b"filename=", b"&#",
        b"<div class=gmail_quote>", b"[maild:",
        b"<!--", b"</", b" ", b"\t", b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n",
    ]
)  # fmt: skip


def holds(raw: bytes) -> None:
    """What every Message promises."""
    message = read(raw)
    assert "unreadable" not in message.defects, "the last resort hides a bug"
    json.dumps(described(message), ensure_ascii=False).encode("utf-8")
    shown = [message.subject, *(v for _, v in message.headers), *(a.name for a in message.attachments)]
    shown += [x for a in (*message.to, *message.cc) for x in (a.name, a.address)]
    assert not any(c in text for text in shown for c in "\r\n\0\u202e\u2066\x1b\x85")
    assert not any(c in message.text + message.own_text for c in "\r\0\u202e\u2066\x1b\x85")
    for one in message.attachments:
        octets = payload(raw.replace(b"\r", b"\n") if b"\n" not in raw else raw, one)
        if one.encoding != "x-uuencode":
            assert (len(octets), hashlib.sha256(octets).hexdigest()) == (one.size, one.sha256)


@RELAXED
@given(some.binary(max_size=2000))
def test_any_octets_are_read(raw: bytes) -> None:
    holds(raw)


@RELAXED
@given(some.lists(PIECES, max_size=60).map(b"".join))
def test_any_heap_of_mail_is_read(raw: bytes) -> None:
    holds(raw)


@RELAXED
@given(some.sampled_from(CORPUS), some.integers(0, 2**32))
def test_a_damaged_mail_is_read(raw: bytes, seed: int) -> None:
    chance = random.Random(seed)
    damaged = bytearray(raw)
    for _ in range(chance.randrange(1, 20)):
        at = chance.randrange(len(damaged))
        match chance.randrange(3):
            case 0:
                damaged[at] = chance.randrange(256)
            case 1:
                del damaged[at : at + chance.randrange(40)]
            case _:
                damaged[at:at] = damaged[: chance.randrange(200)]
        if not damaged:
            damaged = bytearray(b"x")
    holds(bytes(damaged))


@RELAXED
@given(
    WORDS, WORDS, LOCAL, some.lists(LOCAL, min_size=1, max_size=5), WORDS, some.binary(max_size=300), WORDS.filter(str.strip)
)  # fmt: skip
def test_a_well_formed_mail_is_read_as_the_library_reads_it(
    subject: str, name: str, local: str, to: list[str], text: str, octets: bytes, file: str
) -> None:
    made = EmailMessage()
    made["Subject"] = subject
    made["From"] = f"{local}@client.example"
    made["To"] = ", ".join(f"{one}@desk.example" for one in to)
    made["Message-ID"] = "<one@client.example>"
    made.set_content(f"words {name}\n{text}")
    made.add_alternative("<p>page</p>", subtype="html")
    made.add_attachment(octets, "application", "pdf", filename="".join(file.split()) + ".pdf")
    raw = made.as_bytes(policy=policy.SMTP)
    message = read(raw)
    assert message.subject.split() == str(made["Subject"]).split()
    assert message.author is not None
    assert message.author.address == f"{local}@client.example"
    assert [a.address for a in message.to] == [f"{one}@desk.example" for one in to]
    assert message.text.split() == f"words {name}\n{text}".split()
    (attachment,) = message.attachments
    assert payload(raw, attachment) == octets
    assert message.defects == ()
