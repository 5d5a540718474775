"""Five hundred names of attachments that want to be somewhere else: each file is where the admin put it, and nothing else is anywhere."""

from __future__ import annotations

import itertools
import unicodedata
from email.header import Header
from pathlib import Path
from urllib.parse import quote

from maild.cli.keeping import file_name, keep
from maild.mail.parse import read

BEFORE = [
    *(
        "",
        "../",
        "../../../../../../",
        "/",
        "//",
        "./",
        "~/",
        "~root/",
        "..\\",
        "C:\\",
        "\\\\host\\share\\",
        "file:///",
        "%2e%2e/",
        "..%2f",
    ),
    *("....//", "..;/", "\u200b", "\ufeff", "\u202e", "\0", "\r\n", "-", "--", " ", "．．／", "a/../../"),
]
NAMES = [
    *(
        ".htaccess",
        ".bashrc",
        ".ssh/authorized_keys",
        "etc/cron.d/x",
        "x.phtml",
        "x.php\0.png",
        "x.pht",
        "x.php.",
        "x.exe\u202egnp.",
        "..",
        ".",
    ),
    *(
        "con",
        "nul.txt",
        "rf *",
        "$(id)",
        "`id`.txt",
        "|id",
        "x;id",
        "x\nrm -rf ~",
        "x" * 400,
        "é" * 150 + ".pdf",
        "proc/self/environ",
    ),
]


def _quoted(name: str) -> bytes:
    return b'filename="' + name.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _encoded_word(name: str) -> bytes:
    return b'filename="' + Header(name.replace("\n", " "), "utf-8", maxlinelen=10_000).encode().encode() + b'"'


def _rfc_2231(name: str) -> bytes:
    return b"filename*=utf-8''" + quote(name, safe="").encode()


WAYS = [_quoted, _encoded_word, _rfc_2231]


def mail(disposition: bytes) -> bytes:
    head = b"From: a@b.example\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; "
    return head + disposition + b"\r\n\r\nx\r\n"


def test_cve_2026_28289_no_name_of_five_hundred_leaves_its_folder(tmp_path: Path):
    inside = tmp_path / "inside"
    inside.mkdir()
    hostile = [before + name for before, name in itertools.product(BEFORE, NAMES)]
    assert len(hostile) >= 500
    for number, (name, way) in enumerate(zip(hostile, itertools.cycle(WAYS)), 1):
        [attachment] = read(mail(way(name))).attachments
        safe = file_name(attachment.name, number)
        assert "/" not in safe
        assert "\0" not in safe
        assert not [c for c in safe if unicodedata.category(c) in ("Cc", "Cf", "Cs")], (name, safe)
        assert not safe.startswith((".", "-", "~", " ")), (name, safe)
        kept = keep(b"x", inside, safe, force=True)
        assert kept.parent == inside
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != inside] == []
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in inside.iterdir())
