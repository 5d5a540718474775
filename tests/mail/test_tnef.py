"""Outlook's winmail.dat stands for the files and the text in it; a hostile one stands for itself."""

from __future__ import annotations

import base64
import hashlib
import json
import quopri
import random
import struct

import pytest
from tnefparse import TNEF
from winmail_making import (
    BINARY,
    BOOLEAN,
    CODEPAGE,
    CONTENT,
    CONTENT_ID,
    HTML,
    LONG,
    MESSAGE_ID,
    NAME,
    OBJECT,
    STRING,
    SUBJECT,
    TYPE,
    attribute,
    file,
    mail_within,
    message,
    properties,
    rich,
    stream,
    text,
)

from maild.mail import tnef
from maild.mail.assembly import assemble
from maild.mail.parse import read
from maild.mail.payload import payload
from maild.model.message import Message
from maild.model.plan import Part
from maild.store.outbox import attachment, attachment_row

PDF = b"%PDF-1.4 padded to an odd length\0\0\0"


def mail(winmail: bytes, *, words: bytes = b"", encoding: str = "base64", kind: str = "application/ms-tnef") -> bytes:
    coded = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring, "binary": bytes}[encoding](winmail)
    return (
        b"From: kari@kunde.example\nSubject: avtale\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"--b\nContent-Type: text/plain; charset=utf-8\n\n" + words + b"\n"
        b"--b\nContent-Type: " + kind.encode() + b'; name="winmail.dat"\nContent-Transfer-Encoding: '
        + encoding.encode() + b"\nContent-Disposition: attachment; filename=winmail.dat\n\n" + coded + b"\n--b--\n"
    )  # fmt: skip


def files(raw: bytes, found: Message) -> list[tuple[str, str, bytes]]:
    for one in found.attachments:
        octets = payload(raw, one)
        assert (one.size, one.sha256) == (len(octets), hashlib.sha256(octets).hexdigest())
    return [(one.name, one.type, payload(raw, one)) for one in found.attachments]


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "binary"])
def test_the_files_stand_in_the_place_of_winmail(encoding: str) -> None:
    kind = (TYPE, STRING, b"application/pdf\0")
    raw = mail(
        stream(file("avtale på norsk.pdf", PDF, more=(kind,)), file("šola.txt", b"hei")),
        words=b"See.",
        encoding=encoding,
    )
    found = read(raw)
    assert found.text == "See."
    assert files(raw, found) == [("avtale på norsk.pdf", "application/pdf", PDF), ("šola.txt", "text/plain", b"hei")]
    assert found.defects == ()


def test_a_relay_that_knows_no_tnef_leaves_the_name() -> None:
    found = read(mail(stream(file("a.pdf", PDF)), kind="application/octet-stream"))
    assert [a.name for a in found.attachments] == ["a.pdf"]


def test_a_winmail_with_nothing_but_how_it_looks_is_no_attachment() -> None:
    found = read(mail(stream(message(rich(rb"{\rtf1 See.}"))), words=b"See."))
    assert (found.text, found.attachments, found.defects) == ("See.", (), ())


def test_a_mail_that_speaks_only_in_winmail_is_read_there() -> None:
    found = read(mail(stream(message(text("Prišla je\r\nbøtte")))))
    assert found.text == "Prišla je\nbøtte"
    assert found.own_text == found.text


def test_the_page_in_a_winmail_is_read_as_a_page() -> None:
    page = "<p>Kjære dere,</p><p>skuffen er tom.</p>".encode("cp1252")
    found = read(mail(stream(message((CODEPAGE, LONG, struct.pack("<I", 1252)), (HTML, BINARY, page)))))
    assert found.text == "Kjære dere,\n\nskuffen er tom."
    assert found.html == page.decode("cp1252")


def test_the_old_body_is_in_the_senders_code_page() -> None:
    found = read(mail(stream(attribute(0x800C, "Šest čajev\0".encode("cp1250")), codepage=1250)))
    assert found.text == "Šest čajev"


def test_rich_text_speaks_where_nothing_else_does() -> None:
    document = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fnil Arial;}}\f0 Hei,\par skuffen er t\'f8m.\par}"
    assert read(mail(stream(message(rich(document))))).text == "Hei,\nskuffen er tøm."


def test_an_image_that_the_page_shows_is_inline() -> None:
    image = file("logo.png", b"\x89PNG", more=((CONTENT_ID, STRING, b"logo@1\0"),))
    found = read(mail(stream(message((HTML, BINARY, b"<img src='cid:logo@1'>x")), image)))
    assert [(a.name, a.type, a.inline) for a in found.attachments] == [("logo.png", "image/png", True)]


def test_a_mail_within_it_is_named_after_its_subject_and_gives_its_files() -> None:
    raw = mail(stream(mail_within("Tilbud 3/4", file("inner.pdf", PDF)), file("outer.txt", b"hei")))
    found = files(raw, read(raw))
    assert [name for name, _, _ in found] == ["Tilbud 3 4.dat", "inner.pdf", "outer.txt"]
    assert found[1][2] == PDF
    assert tnef.unpack(found[0][2]) is not None


def test_content_among_the_properties_counts() -> None:
    some = properties((CONTENT, BINARY, PDF), (NAME, STRING, b"short.pdf\0"), (0x8001, BOOLEAN, b"\1"))
    raw = mail(stream(attribute(0x9002, bytes(14), 2) + attribute(0x9005, some, 2)))
    assert files(raw, read(raw)) == [("short.pdf", "application/pdf", PDF)]


@pytest.mark.parametrize("kind", ["text/plain; x=\r\ny", "multipart/mixed", "pdf", "message/rfc822", "a/b/c"])
def test_a_type_in_it_that_is_none_is_told_from_the_name(kind: str) -> None:
    found = read(mail(stream(file("a.pdf", PDF, more=((TYPE, STRING, kind.encode() + b"\0"),)))))
    assert [a.type for a in found.attachments] == ["application/pdf"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\r\nb\u202egnp.exe", "..", ""])
def test_a_name_in_it_is_cleaned(name: str) -> None:
    found = read(mail(stream(file(name, PDF, title=b""))))
    (one,) = found.attachments
    assert one.name in ("passwd", "a bgnp.exe", "noname1")


@pytest.mark.parametrize(
    "broken",
    [
        b"", b"not TNEF at all", struct.pack("<I", 0x223E9F78)[:3],
        stream(file("a.pdf", PDF))[:60],
        stream(attribute(0x9003, properties((SUBJECT, STRING, b"x\0"), (CONTENT, 0x77, b"x"), count=0xFFFFFFFF)))[:-9],
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_kept_and_named(broken: bytes) -> None:
    found = read(mail(broken, encoding="binary"))
    assert [a.name for a in found.attachments] == ["winmail.dat"]
    assert any("winmail.dat" in defect for defect in found.defects)


def test_a_stream_that_was_cut_off_gives_what_there_is() -> None:
    raw = mail(stream(file("a.txt", b"hei"), file("b.pdf", PDF * 100))[:-2000])
    found = read(raw)
    assert "winmail.dat is cut off" in found.defects
    assert files(raw, found)[0] == ("a.txt", "text/plain", b"hei")


@pytest.mark.parametrize(
    "bomb",
    [
        struct.pack("<IHHI", 1, 0x1002, 0x1234, 0xFFFFFFFF),  # a value four thousand million times
        struct.pack("<IHHI", 0xFFFFFFFF, 0, 0x1234, 0) * 50,
        struct.pack("<IHHII", 1, BINARY, CONTENT, 1, 0xFFFFFFF0),
        struct.pack("<IHHI", 9, 0x1000 | BINARY, CONTENT, 0xFFFFFFFF) + bytes(4000),
        struct.pack("<IHH", 1, 3, 0x8000) + bytes(16) + struct.pack("<II", 1, 0xFFFFFFFF),
    ],
)
def test_counts_that_lie_cost_nothing(bomb: bytes) -> None:
    found = tnef.unpack(stream(attribute(0x9002, bytes(14), 2), attribute(0x9005, bomb, 2), attribute(0x9003, bomb)))
    assert found is not None
    assert all(one.end <= 20_000 for one in found.files)


def test_more_than_ten_thousand_attributes_are_cut() -> None:
    found = tnef.unpack(stream(attribute(0x8008, b"") * 20_000))
    assert found is not None
    assert found.defects == ["winmail.dat: more than 10 000 attributes: cut"]


def test_more_than_five_hundred_files_are_cut() -> None:
    found = tnef.unpack(stream(file("a", b"x") * 600))
    assert found is not None
    assert len(found.files) == 500
    assert found.defects == ["winmail.dat: more than 500 files: cut"]


def test_messages_within_messages_end_three_deep() -> None:
    inner = file("deep.txt", b"x")
    for depth in range(5):
        inner = mail_within(str(depth), inner)
    found = tnef.unpack(stream(inner))
    assert found is not None
    assert [one.name for one in found.files] == ["4.dat", "3.dat", "2.dat", ""]


def test_a_file_in_it_travels_with_a_letter() -> None:
    raw = mail(stream(file("årsavtale.pdf", PDF)))
    (one,) = read(raw).attachments
    kept = attachment(json.loads(json.dumps(attachment_row(one))))
    letter = assemble(
        b"Subject: x\r\n", b"Content-Type: text/plain\r\n\r\nx\r\n", [(Part(1, kept), payload(raw, kept))]
    )
    (sent,) = read(letter).attachments
    assert (sent.name, sent.sha256) == (one.name, hashlib.sha256(PDF).hexdigest())


def test_any_damage_is_read() -> None:
    whole = stream(message(text("a"), rich(b"{\\rtf1 b}")), file("a.pdf", PDF), mail_within("m", file("b.pdf", PDF)))
    for seed in range(500):
        chance = random.Random(seed)
        damaged = bytearray(whole)
        for _ in range(chance.randrange(1, 8)):
            damaged[chance.randrange(6, len(damaged))] = chance.choice((0, 1, 0x10, 0x7F, 0xFF))
        raw = mail(bytes(damaged[: chance.randrange(20, len(damaged))]))
        found = read(raw)
        assert "unreadable" not in found.defects
        files(raw, found)


def test_another_reader_reads_the_same() -> None:
    whole = stream(message(text("Prišla je")), file("å.pdf", PDF.rstrip(b"\0")), file("b.txt", b"hei"))
    theirs, ours = TNEF(whole), tnef.unpack(whole)
    assert ours is not None
    assert ours.text == theirs.body
    assert [(f.name, whole[f.start : f.end]) for f in ours.files] == [
        (a.long_filename(), a.data) for a in theirs.attachments
    ]


def test_the_identifier_of_an_object_is_none_of_its_octets() -> None:
    some = properties((CONTENT, OBJECT, MESSAGE_ID[::-1] + PDF))
    found = tnef.unpack(stream(attribute(0x9002, bytes(14), 2) + attribute(0x9005, some, 2)))
    assert found is not None
    assert [one.end - one.start for one in found.files] == [len(PDF)]
