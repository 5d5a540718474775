"""What named groups find: in every script, and as it was written."""

from __future__ import annotations

import unicodedata

import pytest

from maild.policy import capture

NFD = unicodedata.normalize("NFD", "hå")


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        (r"(?P<it>\w+)/http", "skjærva/http er nede", "skjærva"),
        (r"(?P<it>\w+)/http", "Čakalnica/HTTP", "Čakalnica"),
        (r"(?P<it>[\w-]+)/http", "hå-2/http", "hå-2"),
        (r"(?P<it>[^\s/]+)/http", "i hå/http", "hå"),
        (r"(?P<it>[\W_]+)å", "b-_å", "-_"),
        (r"sone (?P<it>\d+)", "sone ٤٢", "٤٢"),
        (r"a(?P<it>\D\S)\s", "aøå\u00a0b", "øå"),
        (r"<(?P<it>.+?)>", "<å> og <ø>", "å"),
        (r"(?P<it>\w+)\.\[", "hå.[1]", "hå"),
        (r"(?P<it>[[:\w]+) er", "[:hå er", "[:hå"),
        (r"(?P<it>\w+)/http", f"{NFD}/http", "hå"),
        (r"(?P<it>hå)", NFD, "hå"),
        (f"(?P<it>{NFD})", "HÅ", "HÅ"),
    ],
)
def test_a_group_finds_what_stands_there(expression: str, text: str, found: str) -> None:
    said = capture.compile(expression).find(text)
    assert said is not None
    assert said["it"] == found
