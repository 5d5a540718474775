"""hostile: mails made to cost much, each of any size; the same for the same size.

MAILS: name -> make(size) -> raw mail of about that many octets.
"""

from __future__ import annotations

import base64
import random
import struct
from collections.abc import Callable

from winmail_making import BINARY, BOOLEAN, RTF, attribute, file, mail_within, message, stream

HEAD = b"From: ann@client.example\nTo: desk@desk.example\nSubject: hello\nMIME-Version: 1.0\n"
PLAIN = HEAD + b"Content-Type: text/plain; charset=utf-8\n\n"
PAGE = HEAD + b"Content-Type: text/html; charset=utf-8\n\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"


def repeated(head: bytes, piece: bytes, tail: bytes = b"") -> Callable[[int], bytes]:
    return lambda size: head + piece * ((size - len(head) - len(tail)) // len(piece)) + tail


def nested(size: int) -> bytes:
    """Each multipart within the one before."""
    level = b'Content-Type: multipart/mixed; boundary="%08d"\n\n--%08d\n'
    count = size // (len(level) + 8)
    return HEAD + b"".join(level % (n, n) for n in range(count)) + b"\nend\n"


def nested_heads(size: int) -> bytes:
    """A head of many fields at every level that is read."""
    fields = b"X-Field: word word word word\n" * 900
    level = b"".join(b"%sContent-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (fields, n, n) for n in range(19))
    return HEAD + level + b"\n" + b"--b0 \n" * ((size - len(level)) // 6)


def garbage(size: int) -> bytes:
    """Base64 that is none, from all octets."""
    head = MIXED + b"--b\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n"
    return head + random.Random(1).randbytes(size - len(head))


def encoded(kind: bytes, how: bytes, piece: bytes) -> Callable[[int], bytes]:
    """One part of that type whose decoded octets repeat a piece."""

    def make(size: int) -> bytes:
        head = HEAD + b"Content-Type: " + kind + b"\nContent-Transfer-Encoding: " + how + b"\n\n"
        if how == b"base64":
            return head + base64.encodebytes(piece * (size * 3 // 4 // len(piece)))
        return head + piece * (size // len(piece))

    return make


def rich(kind: bytes, document: bytes) -> Callable[[int], bytes]:
    """A winmail.dat whose body is compressed rich text: of nothing but references to itself, or of plain tokens."""

    def make(size: int) -> bytes:
        frame = struct.pack("<IIII", size, 0x7FFFFFFF, 0x75465A4C if kind == b"packed" else 0x414C454D, 0)
        whole = stream(message((RTF, BINARY, frame + document * (size * 3 // 4 // len(document)))))
        return WINMAIL + base64.encodebytes(whole)

    return make


def winmail(piece: bytes) -> Callable[[int], bytes]:
    return lambda size: WINMAIL + base64.encodebytes(stream() + piece * (size * 3 // 4 // len(piece)))


WINMAIL = HEAD + b"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
MAILS: dict[str, Callable[[int], bytes]] = {
    "nested multiparts": nested,
    "nested heads": nested_heads,
    "boundaries": repeated(MIXED, b"--b\n"),
    "boundaries that are none": repeated(MIXED, b"--bx\n"),
    "small parts": repeated(MIXED, b"--b\n\nx\n"),
    "less-than signs": repeated(PAGE, b"<"),
    "tags": repeated(PAGE, b"<b>"),
    "open tags": repeated(PAGE, b'<a href="'),
    "blocks": repeated(PAGE, b"<div>"),
    "quotes in blocks": repeated(PAGE, b"<blockquote type=cite>x"),
    "closing tags": repeated(PAGE, b"</td></tr>"),
    "links": repeated(PAGE, b"<a href=http://a.example/>b</a>"),
    "comments": repeated(PAGE, b"<!--"),
    "styles": repeated(PAGE, b"<style>"),
    "styles that end": repeated(PAGE, b"<style></style>"),
    "closed comments": repeated(PAGE, b"<!---->"),
    "entities": repeated(PAGE, b"&amp;&#x41;"),
    "open entities": repeated(PAGE, b"&#9999"),
    "preformatted": repeated(PAGE + b"<pre>", b"a\n"),
    "breaks": repeated(PAGE, b"<br>"),
    "hidden": repeated(PAGE, b"<p style='display:none'>x"),
    "encoded words": repeated(HEAD + b"Subject:", b" =?utf-8?b?w6Y=?=\n", b"\ntext\n"),
    "many encoded words": repeated(HEAD + b"X-A:", b" =?utf-8?q?=C3?= =?utf-8?q?=A6?=\nX-A:", b"\n\ntext\n"),
    "encoded words that never end": repeated(HEAD + b"To:", b" =?utf-8?b?", b"\n\ntext\n"),
    "equals and question marks": repeated(PLAIN, b"=?"),
    "equals and question marks in a head": repeated(HEAD + b"To: ", b"=?", b"\n\ntext\n"),
    "header lines": repeated(HEAD, b"X-A: b\n", b"\ntext\n"),
    "header lines that are none": repeated(HEAD, b"no field\n", b"\ntext\n"),
    "folded lines": repeated(HEAD + b"To: ", b"a@b.example,\n ", b"\n\ntext\n"),
    "parentheses": repeated(HEAD + b"To: ", b"((", b"\n\ntext\n"),
    "quotes in addresses": repeated(HEAD + b"To: ", b'"a" ', b"\n\ntext\n"),
    "parameters": repeated(HEAD + b"Content-Type: text/plain", b"; a*0*=b", b"\n\ntext\n"),
    "soft breaks": encoded(b"text/plain", b"quoted-printable", b"=\n"),
    "trailing blanks": encoded(b"text/plain", b"quoted-printable", b" \t"),
    "flowed": repeated(HEAD + b"Content-Type: text/plain; format=flowed\n\n", b"a \n"),
    "quoted lines": repeated(PLAIN, b"> a\n"),
    "quote marks": repeated(PLAIN, b">"),
    "header-like lines": repeated(PLAIN, b"From: a@b.example\nSent: 3.5.2026\n"),
    "attributions": repeated(PLAIN, b"On 3 May 2026 a@b.example wrote:\n"),
    "one line": repeated(PLAIN, b"word "),
    "signatures": repeated(PLAIN, b"-- \n"),
    "uuencoded": repeated(PLAIN, b"begin 644 a\n#:&5I\n`\nend\n"),
    "uuencoded without end": repeated(PLAIN, b"begin 644 a\n"),
    "uuencoded in one": repeated(PLAIN + b"begin 644 a\n", b"#:&5I\n"),
    "garbage in base64": garbage,
    "equals in base64": encoded(b"text/plain", b"8bit", b"===="),
    "base64 of a page": encoded(b"text/html", b"base64", b"<p>a"),
    "octets of utf-7": repeated(HEAD + b"Content-Type: text/plain; charset=utf-7\n\n", b"+AGE-"),
    "octets that are no charset": repeated(PLAIN, b"\xff\xc3"),
    "carriage returns": repeated(PLAIN.replace(b"\n", b"\r"), b"a\r"),
    "nuls": repeated(PLAIN, b"\0"),
    "delivery reports": repeated(
        HEAD + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n",
        b"--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\n\n",
    ),
    "recipients of one report": repeated(
        HEAD + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
        b"Content-Type: message/delivery-status\n\n",
        b"Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n\n",
    ),
    "mails within": repeated(MIXED, b"--b\nContent-Type: message/rfc822\n\n" + b"X: y\n" * 10_000),
    "enriched": repeated(HEAD + b"Content-Type: text/enriched\n\n", b"<nofill><param><a\n"),
    "events": repeated(HEAD + b"Content-Type: text/calendar\n\nBEGIN:VEVENT\n", b'ATTENDEE;A="b"c:mailto:a@b.c\n'),
    "rich text": repeated(HEAD + b"Content-Type: application/rtf\n\n{\\rtf1 ", b"{\\b a}\\par"),
    "rich text of octets": repeated(HEAD + b"Content-Type: application/rtf\n\n{\\rtf1 ", b"\\'e5"),
    "open groups": repeated(HEAD + b"Content-Type: application/rtf\n\n{\\rtf1 ", b"{\\f1"),
    "packed rich text": rich(b"packed", b"\xff" + b"\x00\x0f" * 8),
    "unpacked rich text": rich(b"as it is", b"{\\rtf1\\b a"),
    "empty attributes": winmail(attribute(0x8008, b"")),
    "files": winmail(file("a.txt", b"x")),
    "messages within messages": lambda size: winmail(mail_within("a", mail_within("b", mail_within("c"))) * 50)(size),
    "properties": winmail(message(*[(0x1002, BOOLEAN, b"")] * 1000)),
    "utf-16": lambda size: PLAIN.replace(b"utf-8", b"utf-16") + b"\0a" * (size // 2),
    "bounce in prose": repeated(HEAD + b"Return-Path: <>\n\n", b"<a@b.example>: user unknown\n"),
}
