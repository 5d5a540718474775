"""mutate: mails for the fuzzer: made of MIME's own pieces, or made worse from good ones.

mail(chance, corpus) -> raw.  The same for the same state of `chance`.
"""

from __future__ import annotations

import base64
import quopri
import random
from collections.abc import Callable, Sequence

from winmail_making import file, mail_within, message, rich, stream, text

Chance = random.Random

WORDS = [
    b"hei", b"\xc3\xa5", b"\xe5", b"=?utf-8?q?=C3=A5?=", b"=?utf-8?b?w6U=?=", b"=?", b"?=", b"=?x?q?", b"\0", b"\xff", b"\x1b$B", b"\\",
    b'"',
    b"(", b")", b"<", b">", b"a@b.example", b"<a@b.example>", b",", b";", b":", b"=", b"'", b"%C3%A5", b"utf-8''", b"\xe2\x80\xae",
    b"\xc2\x85", b"&#8238;",
    b"&amp;", b"> ", b"-- \n", b"On 3 May 2026 a@b.example wrote:\n", b"\r", b"\n", b"\r\n", b"\n\n", b" ", b"\t", b"=\n", b"=E5",
    b"begin 644 a\n",
    b"#:&5I\n`\nend\n", b"[maild:", b"-----BEGIN PGP MESSAGE-----", b"\n--b\n", b"\n--b--\n", b"\nFrom ", b"\xef\xbb\xbf", b"\xff\xfe",
    b"+AGE-", b"1" * 40,
]  # fmt: skip
FIELDS = [
    b"From", b"To", b"Cc", b"Reply-To", b"Subject", b"Date", b"Message-ID", b"References", b"In-Reply-To", b"Return-Path",
    b"Auto-Submitted", b"List-Id",
    b"Content-Type", b"Content-Transfer-Encoding", b"Content-Disposition", b"Content-ID", b"Content-Language", b"X-Loop", b"Received",
    b"",
]  # fmt: skip
TYPES = [
    b"text/plain", b"text/html", b"text/enriched", b"text/richtext", b"text/calendar; method=REQUEST", b"application/rtf",
    b"application/ms-tnef",
    b"application/pdf", b"image/png", b"message/rfc822", b"message/delivery-status", b"message/partial", b"text/rfc822-headers",
    b"text/x-none",
    b"application/pkcs7-mime", b"text/plain; format=flowed; delsp=yes", b"message/disposition-notification", b"TEXT", b"/", b"x",
]  # fmt: skip
MULTIPARTS = [
    b"mixed",
    b"alternative",
    b"related",
    b"signed",
    b"report",
    b"digest",
    b"appledouble",
    b"encrypted",
    b"x-none",
]
CHARSETS = [
    b"utf-8", b"us-ascii", b"iso-8859-1", b"iso-8859-2", b"utf-7", b"utf-16", b"utf-16le", b"utf-32", b"iso-2022-jp", b"gb2312",
    b"big5", b"hz", b"idna",
    b"unicode_escape", b"\xff", b"x-none", b"ks_c_5601-1987", b"koi8-r", b"cp437", b"",
]  # fmt: skip
ENCODINGS = [b"7bit", b"8bit", b"base64", b"quoted-printable", b"x-uuencode", b"Base-64", b"binary>1-2", b"x"]
PAGES = [
    b"<p>", b"</p>", b"<div style='display:none'>", b"</div>", b"<table><tr><td>", b"<ol><li>", b"<ul>", b"<pre>", b"</pre>",
    b"<style>", b"</style>", b"<!--",
    b"-->", b"<a href='http://a.example/'>", b"</a>", b"<blockquote type=cite>", b"</blockquote>", b"<div class=gmail_quote>", b"<br>",
    b"<", b">", b"&",
    b"<div id=appendonsend></div>", b"<body hidden>", b"&#xD800;", b"&#99999999999;", b"&nbsp;", b"<img src='cid:x@y'>",
]  # fmt: skip
EVENTS = [
    b"BEGIN:VEVENT\n", b"END:VEVENT\n", b"SUMMARY:x\n", b"DTSTART;TZID=a:20260310T100000\n", b"DTEND:20260310\n",
    b"ATTENDEE;CN=\"a\";X=\"b\":mailto:a@b\n",
    b"DESCRIPTION:a\\nb\n c\n", b":", b";", b'"', b"\n ",
]  # fmt: skip
RICH = [
    rb"{\rtf1\ansi ", rb"{\rtf1\fromhtml1 ", b"{", b"}", rb"\par ", rb"\'e5", rb"\u-10179?", rb"\uc9 ", rb"{\*\htmltag64 <p>}",
    rb"\htmlrtf ", rb"\htmlrtf0 ",
    rb"{\fonttbl{\f1\fcharset238 x;}}", rb"\f1 ", rb"\ansicpg1250 ", b"\\", b"\0", rb"\*", b"x",
]  # fmt: skip
STATUSES = [
    b"Final-Recipient: rfc822; a@b.example\n", b"Action: failed\n", b"Action: delayed\n", b"Status: 5.1.1\n", b"\n", b"Status: x\n",
    b"Original-Recipient: ;;\n"
]  # fmt: skip


def some(chance: Chance, pieces: Sequence[bytes], most: int) -> bytes:
    return b"".join(chance.choice(pieces) for _ in range(chance.randrange(most)))


def field(chance: Chance, name: bytes, value: bytes) -> bytes:
    return name + chance.choice((b": ", b":", b" : ", b": \n ")) + value.replace(b"\n", b"") + b"\n"


def head(chance: Chance) -> bytes:
    lines = [field(chance, chance.choice(FIELDS), some(chance, WORDS, 8)) for _ in range(chance.randrange(6))]
    return b"".join((b"From: ann@client.example\n" if chance.random() < 0.8 else b"", *lines))


def content(chance: Chance) -> bytes:
    makers: tuple[Callable[[], bytes], ...] = (
        lambda: some(chance, WORDS, 40),
        lambda: some(chance, PAGES + WORDS, 40),
        lambda: some(chance, EVENTS + WORDS, 30),
        lambda: b"{\\rtf1 " + some(chance, RICH + WORDS, 30),
        lambda: some(chance, STATUSES + WORDS, 20),
        lambda: winmail(chance),
        lambda: chance.randbytes(chance.randrange(200)),
        lambda: some(chance, WORDS, 20).decode("latin-1").encode("utf-16"),
    )
    return chance.choice(makers)()


def winmail(chance: Chance) -> bytes:
    attributes = (
        message(text("hei")), message(rich(b"{\\rtf1 " + some(chance, RICH, 10))), file("a.pdf", chance.randbytes(30)),
        mail_within("inner", file("b", b"x")),
    )  # fmt: skip
    return damaged(chance, stream(*(chance.choice(attributes) for _ in range(chance.randrange(4)))))


def part(chance: Chance, depth: int) -> bytes:
    """A part with its own head and what is in it."""
    if depth and chance.random() < 0.4:
        return multipart(chance, depth - 1)
    kind = chance.choice(TYPES)
    if chance.random() < 0.5:
        kind += b"; charset=" + chance.choice(CHARSETS)
    if chance.random() < 0.3:
        kind += chance.choice((b"; name=", b"; name*=utf-8''", b'; name="', b"; name*1*=", b"; name*0=")) + some(
            chance, WORDS, 4
        )
    encoding, octets = chance.choice(ENCODINGS), content(chance)
    if encoding == b"base64" and chance.random() < 0.8:
        octets = base64.encodebytes(octets)
    if encoding == b"quoted-printable" and chance.random() < 0.8:
        octets = quopri.encodestring(octets)
    lines = field(chance, b"Content-Type", kind) + field(chance, b"Content-Transfer-Encoding", encoding)
    if chance.random() < 0.3:
        lines += (
            b"Content-Disposition: " + chance.choice((b"attachment", b"inline", b"x; filename=winmail.dat")) + b"\n"
        )
    if chance.random() < 0.2:
        lines += b"Content-ID: <x@y>\n"
    return lines + (b"\n" if chance.random() < 0.95 else b"") + octets


def multipart(chance: Chance, depth: int) -> bytes:
    name = chance.choice((b"b", b"bb", b"b b", b"=_1"))
    kind = b"Content-Type: multipart/" + chance.choice(MULTIPARTS) + b'; boundary="' + name + b'"'
    kind += chance.choice((b"", b"; report-type=delivery-status", b"; start=<x@y>"))
    parts = [
        b"--" + name + chance.choice((b"", b"", b" ", b"x")) + b"\n" + part(chance, depth) + b"\n"
        for _ in range(chance.randrange(5))
    ]
    end = b"--" + name + b"--\n" if chance.random() < 0.8 else b""
    return kind + b"\n\n" + b"".join(parts) + end


def damaged(chance: Chance, raw: bytes) -> bytes:
    """Octets changed, cut out, doubled, or pieces of MIME put in."""
    worse = bytearray(raw)
    for _ in range(chance.randrange(6)):
        at, length = chance.randrange(len(worse) + 1), chance.randrange(60)
        match chance.randrange(4):
            case 0:
                worse[at : at + 1] = chance.randbytes(1)
            case 1:
                del worse[at : at + length]
            case 2:
                worse[at:at] = worse[at : at + length] * chance.randrange(4)
            case _:
                worse[at:at] = chance.choice(WORDS + PAGES)
    return bytes(worse)


def mail(chance: Chance, corpus: Sequence[bytes]) -> bytes:
    """One mail: generated, or of the corpus and damaged, or two of them crossed; sometimes with other line ends."""
    match chance.randrange(4):
        case 0:
            raw = damaged(chance, chance.choice(corpus))
        case 1:
            one, other = chance.choice(corpus), chance.choice(corpus)
            raw = one[: chance.randrange(len(one))] + other[chance.randrange(len(other)) :]
        case _:
            raw = head(chance) + part(chance, 4)
            raw = damaged(chance, raw) if chance.random() < 0.3 else raw
    ends = chance.random()
    return raw.replace(b"\n", b"\r\n") if ends < 0.3 else raw.replace(b"\n", b"\r") if ends < 0.33 else raw
