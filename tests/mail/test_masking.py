"""Somebody is taken out of what others wrote, however his address and name are spelled there, and nothing else moves."""

from __future__ import annotations

import base64
import quopri
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from maild.mail.masking import closed, lines_of, mask, occurs, sought, text
from maild.mail.parse import read
from maild.mail.payload import payload

ANN = sought(["ann.canary@kunde.example"], ["Ann Kanåri"])
SPELLINGS = (
    "ann.canary@kunde.example",
    "ANN.Canary@Kunde.Example",
    "bounces+ann.canary=kunde.example@list.example",
    "mailto:ann.canary%40kunde.example",
    "ann.canary&#64;kunde.example",
    "Ann Kanåri",
    "KANÅRI, Ann",
    "Ann\n> Kanåri",
)
OTHERS = ("joann.canary@kunde.example", "mary-ann.canary@kunde.example", "Ann Kanårisen", "Joann Kanåri", "Ann")


def written(body: str, charset: str = "utf-8", encoding: str = "8bit", kind: str = "plain") -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Bob <bob@kunde.example>", "support@desk.example", "Printer"
    made.set_content(body, charset=charset, cte=encoding, subtype=kind)
    return made.as_bytes(policy=policy.SMTP)


@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize("spelled", SPELLINGS)
def test_he_is_found_and_masked_in_every_encoding(spelled: str, encoding: str) -> None:
    raw = written(f"Hei,\n> {spelled} skrev om skriveren.\nHilsen Bob på lager\n" * 3, encoding=encoding)
    masked = mask(raw, ANN)
    assert masked is not None
    assert len(masked.raw) == len(raw)
    assert not occurs(masked.raw, ANN)
    told = read(masked.raw, "cp1252").text
    assert told.count("Hilsen Bob på lager") == 3
    assert text(told, ANN) == told


@pytest.mark.parametrize("other", OTHERS)
def test_others_are_left_alone(other: str) -> None:
    for encoding in ("8bit", "base64", "quoted-printable"):
        assert mask(written(f"Spør {other}, takk.\n", encoding=encoding), ANN) is None


@pytest.mark.parametrize("charset", ["iso-8859-1", "cp1250", "utf-16", "utf-16-le", "utf-7", "iso-8859-15"])
def test_the_charset_does_not_matter(charset: str) -> None:
    name = "Ann Kanari" if charset == "cp1250" else "Ann Kanåri"
    what = sought(["ann.canary@kunde.example"], [name])
    body = base64.encodebytes(f"Spør {name} <ann.canary@kunde.example>, takk.\n".encode(charset, "replace"))
    raw = f"From: bob@kunde.example\r\nContent-Type: text/plain; charset={charset}\r\n".encode()
    raw += b"Content-Transfer-Encoding: base64\r\n\r\n" + body.replace(b"\n", b"\r\n")
    masked = mask(raw, what)
    assert masked is not None
    assert "canary" not in read(masked.raw, "cp1252").text.lower()


@pytest.mark.parametrize(
    "field",
    [
        "Cc: Ann.Canary@KUNDE.example, ola@kunde.example",
        "Cc: =?utf-8?q?Ann_Kan=C3=A5ri?= <x@y.example>, ola@kunde.example",
        "Cc: =?utf-8?b?QW5uIEthbg==?=\r\n =?utf-8?b?w6VyaQ==?= <x@y.example>, ola@kunde.example",
        "Subject: =?utf-8?q?Til_ann=2Ecanary=40kunde=2Eexample?=",
        "Received: from mx by mx2 for <ann.canary@kunde.example>; Mon, 2 Mar 2026",
        "Content-Disposition: attachment;\r\n filename*0*=utf-8''Ann%20Kan;\r\n filename*1*=%C3%A5ri.pdf",
        "References: <a.1@x.example>\r\n <ann.canary@kunde.example>",
    ],
)
def test_header_fields_are_masked_in_any_form(field: str) -> None:
    raw = f"From: Bob <bob@kunde.example>\r\n{field}\r\nX-Other: ola@kunde.example\r\n\r\nHei\r\n".encode()
    masked = mask(raw, ANN)
    assert masked is not None
    assert len(masked.raw) == len(raw)
    assert mask(masked.raw, ANN) is None
    assert b"From: Bob <bob@kunde.example>\r\n" in masked.raw
    assert b"X-Other: ola@kunde.example\r\n\r\nHei\r\n" in masked.raw


def test_attachments_stay_where_they_were() -> None:
    made = EmailMessage()
    made["From"], made["Subject"] = "bob@kunde.example", "Filer"
    made.set_content("Spør Ann Kanåri.\n", cte="quoted-printable")
    made.add_attachment(b"BEGIN:VCARD\nEMAIL:ann.canary@kunde.example\nEND:VCARD\n", "text", "vcard", filename="a.vcf")
    made.add_attachment(bytes(range(256)) * 40, "application", "pdf", filename="bill.pdf")
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "Ann Kanåri <ann.canary@kunde.example>", "Innerst"
    inner.set_content("Hilsen Ann Kanåri\n", cte="base64")
    made.add_attachment(inner)
    raw = made.as_bytes(policy=policy.SMTP)
    before = read(raw, "cp1252").attachments
    masked = mask(raw, ANN)
    assert masked is not None
    after = read(masked.raw, "cp1252").attachments
    assert [(a.start, a.end, a.type) for a in after] == [(a.start, a.end, a.type) for a in before]
    assert [payload(masked.raw, a) for a in after if a.type == "application/pdf"] == [bytes(range(256)) * 40]
    assert b"canary" not in b"".join(payload(masked.raw, a) for a in after)
    assert closed(raw) == ("application/pdf",)
    nested = [p for p in message_from_bytes(masked.raw).walk() if p.get_content_type() == "text/plain"][-1]
    assert b"Kan" not in nested.get_payload(decode=True)


def test_quoted_printable_that_hides_every_octet_is_read() -> None:
    hidden = "".join(f"={ord(c):02X}" for c in "ann.canary@kunde.example")
    raw = (
        written("x")
        .replace(b"8bit", b"quoted-printable")
        .replace(b"x\r\n", f"{hidden[:39]}=\r\n{hidden[39:]}".encode())
    )
    masked = mask(raw, ANN)
    assert masked is not None
    assert b"canary" not in quopri.decodestring(masked.raw)


def test_his_own_lines_are_found_where_a_reply_wrapped_them_anew() -> None:
    lines = lines_of("Skriveren i andre etasje står og blinker rødt.\nHei\n")
    assert lines == ["Skriveren i andre etasje står og blinker rødt."]
    what = sought([], [], lines)
    masked = mask(written("> Skriveren i andre\n> etasje står og blinker\n> rødt.\nDet gjør min også.\n"), what)
    assert masked is not None
    assert b"blinker" not in masked.raw
    assert "min også".encode() in masked.raw


def test_what_is_no_mail_at_all_is_survived() -> None:
    for raw in (b"", b"\0" * 300, b"Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 50, b"=?utf-8?b?" * 900):
        assert mask(raw, ANN) is None
