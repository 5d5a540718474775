"""Mails as the world writes them, each with what must be read in it (tests/corpus/NAME.eml and NAME.json).

A JSON file states only what its mail is about; what it leaves out is not looked at.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from maild.cli.inspect import described
from maild.mail.parse import read

CORPUS = Path(__file__).parent.parent / "corpus"
MAILS = sorted(CORPUS.glob("*.eml"))


def told(expected: Any, got: Any) -> Any:
    """What was got, reduced to what is expected of it."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return {key: told(value, got.get(key)) for key, value in expected.items()}
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        return [told(one, other) for one, other in zip(expected, got, strict=True)]
    return got


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_a_mail_says_what_its_writer_meant(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    got = described(read(path.read_bytes()))
    assert told(expected, got) == expected


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_line_ends_change_nothing(path: Path) -> None:
    raw = path.read_bytes()
    crlf = read(raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    bare = read(raw)
    assert (crlf.text, crlf.own_text, crlf.headers, crlf.kind) == (bare.text, bare.own_text, bare.headers, bare.kind)
    assert [a.name for a in crlf.attachments] == [a.name for a in bare.attachments]


def test_the_corpus_speaks_our_languages() -> None:
    assert {"nb", "nn", "sl", "en"} <= {path.stem.partition("_")[0] for path in MAILS}
    assert len([path for path in MAILS if not path.stem.startswith(("bounce_", "mime_"))]) >= 110


@pytest.mark.parametrize("language", ["nb", "nn", "sl"])
def test_the_corpus_knows_the_clients_of_our_customers(language: str) -> None:
    stems = [path.stem for path in MAILS if path.stem.startswith(f"{language}_")]
    for client in ("outlook_desktop", "outlook_web", "outlook_mobil", "gmail_", "apple_mac", "iphone", "thunderbird_"):
        assert any(client in stem for stem in stems), client
