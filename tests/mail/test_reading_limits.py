"""Hostile mail: whatever comes, reading answers, soon, and says what it left out.

Costs are told by counting how they grow, not by a clock: twice the mail must not be four times the work.
"""

from __future__ import annotations

import pytest
from fuzz.promises import lines_run

from maild.mail import html
from maild.mail.owntext import own_text
from maild.mail.parse import read, unreadable
from maild.mail.scan import scan
from maild.model.message import Kind

FROM = b"From: ann@client.example\nSubject: hello\n"


def test_cve_2020_12100_a_thousand_nested_multiparts_are_one_opaque_part() -> None:
    nested = FROM + b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (i, i) for i in range(1000))
    message = read(nested)
    assert "parts nested deeper than 20: kept as one" in message.defects
    assert [a.type for a in message.attachments] == ["application/octet-stream"]
    assert message.author is not None


@pytest.mark.parametrize(
    ("level", "kept"),
    [
        (b"Content-Type: message/rfc822\n\n", "message/rfc822"),
        (
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n",
            "application/octet-stream",
        ),
    ],
)
def test_cve_2026_26312_mails_within_mails_are_one_file(level: bytes, kept: str) -> None:
    message = read(FROM + level * 1000 + b"x")
    assert [a.type for a in message.attachments] == [kept]
    assert message.author is not None


def test_cve_2026_48187_more_parts_than_five_hundred_are_kept_as_one() -> None:
    raw = FROM + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 5000 + b"--b--\n"
    message = read(raw)
    assert "more than 500 parts: kept as one" in message.defects
    assert len(message.attachments) == 1


def test_a_subject_of_260_kb_is_dropped_and_the_rest_is_read() -> None:
    raw = b"From: ann@client.example\nTo: b@desk.example\nSubject: " + b"=?utf-8?q?a?= " * 18_000 + b"\n\nThe text.\n"
    message = read(raw)
    assert message.subject == ""
    assert message.text == "The text."
    assert "header block over 100 kB: cut" in message.defects
    assert message.authors == 0, "a head that was cut proves nothing"


def test_a_long_list_is_cut_between_addresses() -> None:
    everybody = b", ".join(b"somebody%d@client.example" % i for i in range(2000))
    message = read(FROM + b"To: " + everybody + b"\n\nx")
    assert "field to over 16 kB: cut" in message.defects
    assert all(a.address.endswith("@client.example") for a in message.to)
    assert 500 < len(message.to) < 1000


def test_a_thousand_and_one_fields_are_cut() -> None:
    message = read(FROM + b"X-A: b\n" * 5000 + b"\nThe text.")
    assert "more than 1000 header fields: cut" in message.defects
    assert len(message.headers) == 1000
    assert message.text == "The text."


def test_cve_2026_27859_two_hundred_parameters_are_enough() -> None:
    raw = FROM + b"Content-Type: text/plain" + b"".join(b"; p%d=x" % i for i in range(1000)) + b"\n\nx"
    assert len(scan(raw).root.params) == 200
    assert "200 parameters or more: cut" in read(raw).defects


def test_cve_2024_23184_a_thousand_addresses_are_enough() -> None:
    message = read(FROM + b"To: " + b"a@b.c," * 2500 + b"\n\nThe text.")
    assert len(message.to) == 1000
    assert "1000 addresses or more in to: cut" in message.defects
    assert message.text == "The text."


def test_threat_25_a_million_header_fields_are_cut() -> None:
    message = read(FROM + b"To: a@b.example\n" * 1_000_000 + b"\nThe text.")
    assert len(message.headers) <= 1000
    assert len(message.to) < 1000
    assert (message.authors, message.text) == (0, "The text.")


def test_a_field_of_17_kb_is_dropped_and_named() -> None:
    message = read(FROM + b"X-Long: " + b"a" * 17_000 + b"\nX-Next: b\n\nThe text.")
    assert "field x-long over 16 kB: dropped" in message.defects
    assert message.header("x-long") is None
    assert message.header("x-next") == "b"


def test_a_head_of_more_than_100_kb_is_cut_and_proves_nothing() -> None:
    message = read(FROM + (b"X-A: " + b"a" * 990 + b"\n") * 120 + b"X-Last: b\n\nThe text.")
    assert "header block over 100 kB: cut" in message.defects
    assert (message.header("x-last"), message.authors, message.text) == (None, 0, "The text.")


def test_twenty_levels_are_read() -> None:
    levels = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(20))
    assert read(FROM + levels + b"\nThe text.").text == "The text."


def test_five_hundred_parts_are_read() -> None:
    raw = FROM + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 499 + b"--b--\n"
    message = read(raw)
    assert message.text.count("x") == 499
    assert message.defects == ()


def test_twenty_thousand_lines_that_look_like_a_delimiter_end_the_search() -> None:
    raw = FROM + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n" + b"--bx\n" * 21_000 + b"--b--\n"
    message = read(raw)
    assert any("look like a delimiter" in defect for defect in message.defects)
    assert message.text.startswith("x\n--bx")


def test_two_megabytes_of_a_page_are_read() -> None:
    message = read(FROM + b"Content-Type: text/html\n\n<p>first</p>" + b"<p>more" * 400_000 + b"<p>last")
    assert message.text.startswith("first")
    assert "last" not in message.text
    assert "a page over 2 MB: the rest is not in the text" in message.defects
    assert message.html is not None
    assert message.html.endswith("last")


def test_uuencoded_files_are_at_most_a_hundred() -> None:
    message = read(FROM + b"\n" + b"begin 644 a\n#:&5I\n`\nend\n" * 150)
    assert len(message.attachments) == 100
    assert message.text.count("begin 644 a") == 50


@pytest.mark.parametrize(
    "head",
    [
        b"To: " + b"(" * 500,
        b"To: " + b'"' * 501,
        b"To: " + b"<" * 5000,
        b"Message-ID: <[>",
        b"Message-ID: <",
        b"References: " + b"<a@b" * 3000,
        b"Content-Type: multipart/mixed",
        b"Content-Type: text/plain; charset=\x00\xff",
        b"Content-Type: text/plain; charset=idna",
        b"Content-Type: text/plain; charset=" + b"x" * 9000,
        b"Content-Type: ;;;;=;=;",
        b"Content-Transfer-Encoding: base64",
        b"Date: Thu, 99 Foo 99999 99:99:99 +9999",
        b"Subject: =?utf-8?b?" + b"A" * 9000,
        b"Subject: =?utf-8?b?" * 500,
        b"Subject: =?x?q??=" * 500,
        b": no name",
        b"\x00\x01\x02: x",
    ],
)
def test_a_poisoned_header_poisons_nothing_else(head: bytes) -> None:
    message = read(FROM + head + b"\n\nThe text.\n")
    assert message.author is not None
    assert message.author.address == "ann@client.example"
    assert message.subject in ("hello", "")


@pytest.mark.parametrize(
    "raw", [b"", b"\n", b"\r\n\r\n", b"\x00", b"x", b"\xff" * 1000, b":", b"From:", b"\r" * 1000, b"--\n--"]
)
def test_what_is_no_mail_at_all_is_read_too(raw: bytes) -> None:
    message = read(raw)
    assert message.author is None
    assert "unreadable" not in message.defects


@pytest.mark.parametrize(
    "piece",
    [
        b"<div>", b"<a ", b'<a "', b"<!--", b"<style>", b"<", b"&#99999999999999999999;", b"<blockquote type=cite>", b"</p>", b"<pre>\n",
    ],
)  # fmt: skip
def test_a_page_costs_what_its_length_costs(piece: bytes) -> None:
    head = FROM + b"Content-Type: text/html\n\n"
    once, twice = (lines_run(head + piece * n) for n in (1500, 3000))
    assert twice < 2.3 * once + 2000


@pytest.mark.parametrize(
    "piece",
    [
        b"> quoted\n", b"On 3 May 2026 a@b.example wrote:\n", b"From: a@b.example\n", b"-- \n", b"-----Original Message-----\n",
        b"Sent from my phone\n\n", b"--b\n", b"begin 644 x\n", b"a \n", b"From: a@b.example\nSent: 3.5.2026\n\nx\n", b"wrote:\n",
    ],
)  # fmt: skip
def test_a_text_costs_what_its_length_costs(piece: bytes) -> None:
    head = FROM + b"Content-Type: text/plain; format=flowed\n\n"
    once, twice = (lines_run(head + piece * n) for n in (400, 800))
    assert twice < 2.5 * once + 2000


def test_a_number_of_two_million_digits_is_no_character() -> None:
    assert html.text("a&#" + "9" * 100_000 + ";b").startswith("a")


def test_a_text_of_many_lines_keeps_what_stands_after_the_limit() -> None:
    text = "\n".join(f"line {i}" for i in range(5000))
    assert own_text("> quoted\n" + text).endswith("line 4999")


def test_an_unreadable_mail_keeps_its_head_and_all_its_octets() -> None:
    raw = FROM + b"List-Id: <x.example>\nContent-Type: multipart/mixed\n\nwhatever"
    message = unreadable(raw)
    assert message.subject == "hello"
    assert message.kind is Kind.LIST
    assert message.defects == ("unreadable",)
    (whole,) = message.attachments
    assert (whole.name, whole.start, whole.end, whole.size) == ("mail.eml", 0, len(raw), len(raw))
