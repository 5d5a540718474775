"""Header values as the world writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from maild.mail.headers import addresses, file_name, ids, moment, text
from maild.mail.scan import parameters


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Kari <kari@Kunde.Example>", [("Kari", "kari@kunde.example")]),
        ('"Nordmann, Kari" <k@x.example>, b@c.example (Bob (the) x)', [("Nordmann, Kari", "k@x.example"), ("Bob (the) x", "b@c.example")]),
        ("Nordmann, Kari <k@x.example>", [("Nordmann, Kari", "k@x.example")]),
        ("undisclosed-recipients:;", []),
        ("Team: a@b.example, C <c@d.example>; e@f.example", [("", "a@b.example"), ("C", "c@d.example"), ("", "e@f.example")]),
        ('"a b"@c.example', [("", '"a b"@c.example')]),
        ("=?utf-8?q?Kari=2C_N?= <k@x.example>", [("Kari, N", "k@x.example")]),
        ("=?utf-8?q?Nordmann,_Kari?= <k@x.example>", [("Nordmann, Kari", "k@x.example")]),
        ("a@b.example <d@e.example>", [("a@b.example", "d@e.example")]),
        ("<@relay.example,@other.example:a@b.example>", [("", "a@b.example")]),
        ("'Kari' <k@x.example>; o@p.example", [("Kari", "k@x.example"), ("", "o@p.example")]),
        ('"unclosed <a@b.example>', [("unclosed", "a@b.example")]),
        ("<mailto:a@b.example>", [("", "a@b.example")]),
        ("root, k@x.example", [("", "k@x.example")]),
        ("nobody", []),
        ("<>", []),
        ("a@b@c.example <>", []),
    ],
)  # fmt: skip
def test_address_lists(written: str, read: list[tuple[str, str]]) -> None:
    assert [(a.name, a.address) for a in addresses(written)] == read


@pytest.mark.parametrize(
    "written", ["=?utf-8?q?evil=40x.example?=", "=?utf-8?q?<evil=40x.example>?=", "=?utf-8?b?ZXZpbEB4LmV4YW1wbGU=?="]
)
def test_cve_2026_27444_an_encoded_word_never_becomes_an_address(written: str) -> None:
    assert addresses(written) == ()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?B?w4U=?= =?utf-8?B?c2U=?=", "Åse"),
        ("=?utf-8?B?w4?= =?utf-8?B?hQ==?=", "Å"),
        ("=?iso-8859-1?Q?=E6?= og =?iso-8859-1?Q?=F8?=", "æ og ø"),
        ("=?utf-8?q?hi=0D=0ABcc:_evil?=", "hi Bcc: evil"),
        ("=?UTF-8?Q?Hva_er_dette??=", "Hva er dette?"),
        ("=?utf-8*nb?q?bl=C3=A5?=", "blå"),
        ("=?nobody-knows?q?bl=C3=A5?=", "blå"),
        ("=?utf-8?q?never closed", "never closed"),
        ("=?utf-8?q?bl=C3=A5?", "blå"),
        ("=?utf-8?q?bl=C3=A5 =?utf-8?q?b=C3=A6r?=", "blåbær"),
        ("=?utf-8?b?w6Y", "æ"),
        ("=? utf-8 ? Q ? bl=C3=A5 ?=", "blå"),
        ("=?utf-8?q?bl=C3?==?utf-8?q?=A5?=", "blå"),
        ("=?utf-8?b?w6 bDuA==?=", "æø"),
        ("=?", "=?"),
        ("=?utf-8?q?with spaces?= left", "with spaces left"),
        ("plain = ? text", "plain = ? text"),
        ("tab\there\r\n there", "tab here  there"),
    ],
)
def test_encoded_words(written: str, read: str) -> None:
    assert text(written) == read


def test_message_ids_are_found_in_any_clutter() -> None:
    assert ids("Your mail <a@b> of today <c\n d@e>, <a@b>") == ("<a@b>", "<cd@e>")
    assert ids("<[>") == ("<[>",)
    assert ids("bare@id") == ("<bare@id>",)
    assert ids("no id here") == ()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Tue, 3 Mar 2026 09:15:00 +0100", datetime(2026, 3, 3, 9, 15, tzinfo=timezone(timedelta(hours=1)))),
        ("Tue, 3 Mar 2026 09:15:00 -0000", datetime(2026, 3, 3, 9, 15, tzinfo=UTC)),
        ("3 Mar 2026 09:15", datetime(2026, 3, 3, 9, 15, tzinfo=UTC)),
        ("2026-03-03T09:15:00+00:00", datetime(2026, 3, 3, 9, 15, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        ("Tue, 3 Mar 2026 09:15:00 +9999", None),
        ("Fri, 31 Dec 9999 23:59:59 -1400", None),
    ],
)
def test_dates(written: str, read: datetime | None) -> None:
    assert moment(written) == read


@pytest.mark.parametrize(
    ("disposition", "content_type", "name"),
    [
        ('attachment; filename="a.pdf"', "", "a.pdf"),
        ("attachment; filename=my file.pdf", "", "my file.pdf"),
        ("attachment; filename*=utf-8''bl%C3%A5.pdf; filename=bla.pdf", "", "blå.pdf"),
        ("attachment; filename*0*=utf-8''bl%C3; filename*1*=%A5; filename*2=.pdf", "", "blå.pdf"),
        ("attachment; filename*1=b; filename*0=a", "", "ab"),
        ('attachment; filename="=?utf-8?q?bl=C3=A5.pdf?="', "", "blå.pdf"),
        ("attachment", 'text/plain; name="b.txt"', "b.txt"),
        ("attachment; filename=../../etc/passwd", "", "passwd"),
        ("attachment; filename=C:\\temp\\a.png", "", "a.png"),
        ('attachment; filename="a\\"b.txt"', "", 'a"b.txt'),
        ("attachment; filename*=percent%20only", "", "percent only"),
        ("attachment; filename*x=1", "", ""),
        ("attachment; filename=bl\xc3\xa5.txt", "", "blå.txt"),
    ],
)
def test_file_names(disposition: str, content_type: str, name: str) -> None:
    assert file_name(parameters(disposition), parameters(content_type)) == name
