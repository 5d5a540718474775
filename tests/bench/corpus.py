"""corpus: ordinary support mail by the thousand, the same for the same seed.

mails(count, seed) -> [(sender, bytes ready for DATA: CRLF, dots doubled, final dot)], 5-10 kB, text and HTML
large(count, size) -> the same with one attachment of that many octets
Every mail bears the site's Authentication-Results: its sender is proven.
"""

from __future__ import annotations

import base64
import quopri
import random
from email.header import Header
from email.utils import formatdate

DESK, AUTHSERV = "support@bench.example", "mx.bench.example"
NORWEGIAN = """\
skriveren i kopirommet melder at skuffen er tom selv om vi nettopp fylte på papir og døra bak er lukket
innloggingen mot økonomisystemet stopper etter passordet og siden blir stående hvit både i kontorets nett og hjemmefra
telefonen på sentralbordet ringer bare én gang før samtalen går til svarer også når noen sitter ledig
fakturaen vi fikk i forrige uke mangler vår referanse og lønningskontoret får derfor ikke ført den før måneden er over
kan noen hos dere se på dette i dag så vi slipper å sende folk hjem det er første gang vi ser akkurat denne feilen
"""
ENGLISH = """\
the shared calendar shows last week for everyone in the north wing although the clocks on the machines agree
we tried another browser and another account and restarted the docking station but the second screen stays dark
please tell us whether the licences we ordered in spring cover the three new colleagues who start on monday
the upload form refuses drawings above ten megabytes without saying why and the customer waits for our approval
when the door reader blinks twice nobody gets in until the guard opens by hand which happens about once an hour
"""
FIRST = "Astrid Birger Cecilie Dagfinn Embla Fredrik Gudrun Halvor Ingeborg Jørn Kjersti Leif Målfrid Njål Oddny Pål"
LAST = "Aasen Bergmål Dalseth Eikeland Fjørtoft Grønvold Haugland Iversen Kvåle Lødemel Myhre Nygård Østby Røed"
DOMAINS = ("kunde.example", "skole.example", "verksted.example", "office.example", "kommune.example")
SENDERS = 5000


def mails(count: int, seed: int = 1) -> list[tuple[str, bytes]]:
    chance = random.Random(seed)
    return [_one(chance, seed, index, b"") for index in range(count)]


def large(count: int, size: int, seed: int = 2) -> list[tuple[str, bytes]]:
    chance = random.Random(seed)
    # The wire carries base64: 57 octets become a line of 78.
    attachment = base64.encodebytes(chance.randbytes(size * 57 // 78))
    return [_one(chance, seed, index, attachment) for index in range(count)]


def _one(chance: random.Random, seed: int, index: int, attachment: bytes) -> tuple[str, bytes]:
    person, domain = index % SENDERS, DOMAINS[index % len(DOMAINS)]
    sender = f"person{person:04d}@{domain}"
    words = (NORWEGIAN if chance.random() < 0.6 else ENGLISH).split()
    name = f"{chance.choice(FIRST.split())} {chance.choice(LAST.split())}"
    text = _text(chance, words) + f"\n\n-- \n{name}\n{sender}\n"
    subject = " ".join(chance.choice(words) for _ in range(chance.randint(2, 6))).capitalize() + f" {seed}{index:06d}"
    head, body = _head(chance, sender, name, subject, f"{seed}.{index}"), _alternative(index, text)
    if attachment:
        body = _mixed(index, body, attachment)
    raw = (head + body).replace(b"\n", b"\r\n")
    return sender, raw.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _text(chance: random.Random, words: list[str]) -> str:
    paragraphs = []
    for _ in range(5):
        sentences = [
            " ".join(chance.choice(words) for _ in range(chance.randint(7, 16))) for _ in range(chance.randint(5, 8))
        ]
        paragraphs.append("\n".join(sentence.capitalize() + "." for sentence in sentences))
    return "Hei,\n\n" + "\n\n".join(paragraphs)


def _head(chance: random.Random, sender: str, name: str, subject: str, serial: str) -> bytes:
    domain, date = sender.rsplit("@", 1)[1], formatdate(1_770_000_000 + chance.randrange(10**6))
    seal = "\n\t ".join(base64.b64encode(chance.randbytes(48)).decode() for _ in range(5))
    lines = (
        f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from={domain}",
        f"Received: from mail.{domain} (mail.{domain} [198.51.100.{chance.randrange(1, 255)}])\n"
        f"\tby {AUTHSERV} (Postfix) with ESMTPS id {chance.randrange(16**9):09X}\n\tfor <{DESK}>; {date}",
        f"DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=s2026; h=from:to:subject:date;\n\tb={seal}",
        f"From: {_word(name)} <{sender}>",
        f"To: <{DESK}>",
        f"Subject: {_word(subject)}",
        f"Date: {date}",
        f"Message-ID: <{serial}.{chance.randrange(16**10):010x}@{domain}>",
        "MIME-Version: 1.0",
        "User-Agent: Mozilla Thunderbird",
    )
    return "\n".join(lines).encode("ascii") + b"\n"


def _word(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=200).encode().replace("\n", "\n ")


def _alternative(index: int, text: str) -> bytes:
    html = "".join(f'<p style="margin:0 0 12px">{part}</p>\n' for part in text.split("\n\n"))
    edge = f"alt-{index:06d}"
    parts = (
        ("plain", text),
        ("html", f"<html><head><style>p{{font-family:Arial}}</style></head><body>{html}</body></html>\n"),
    )
    made = [f'Content-Type: multipart/alternative; boundary="{edge}"\n\n'.encode()]
    for kind, content in parts:
        head = f"--{edge}\nContent-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
        made.append(head.encode() + quopri.encodestring(content.encode()) + b"\n")
    return b"".join(made) + f"--{edge}--\n".encode()


def _mixed(index: int, first: bytes, attachment: bytes) -> bytes:
    edge = f"mix-{index:06d}"
    return (
        f'Content-Type: multipart/mixed; boundary="{edge}"\n\n--{edge}\n'.encode()
        + first
        + f'--{edge}\nContent-Type: application/octet-stream; name="tegning.bin"\n'.encode()
        + b'Content-Disposition: attachment; filename="tegning.bin"\nContent-Transfer-Encoding: base64\n\n'
        + attachment
        + f"--{edge}--\n".encode()
    )
