"""Every letter in every language, octet for octet: what people get is changed on purpose or not at all.

After a change of a text: MAILD_GOLDEN=write python -m pytest tests/mail/test_letters_golden.py, then read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from letters_all import letters_of
from letters_making import LANGUAGES, mail

GOLDEN = Path(__file__).parent.parent / "golden" / "letters"


CASES = [(language, name) for language in LANGUAGES for name in letters_of(language)]


@pytest.mark.parametrize(("language", "name"), CASES)
def test_a_letter_is_what_it_was(language: str, name: str) -> None:
    raw = mail(letters_of(language)[name])
    file = GOLDEN / f"{name}.{language}.eml"
    if os.environ.get("MAILD_GOLDEN") == "write":
        file.write_bytes(raw)
    assert raw == file.read_bytes(), f"{file.name} differs: if that is meant, write it anew with MAILD_GOLDEN=write"


def test_no_golden_letter_is_left_over() -> None:
    assert sorted(p.name for p in GOLDEN.glob("*.eml")) == sorted(f"{name}.{language}.eml" for language, name in CASES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_acknowledgement_is_small(language: str) -> None:
    for name in ("ack", "ack-team", "ack-unverified"):
        assert len(mail(letters_of(language)[name])) <= 2048
