"""What mail programs put beside the words is taken out again, and nothing that somebody wrote."""

from __future__ import annotations

import pytest
from making import policy

from maild.decide.doubles import as_typed, single
from maild.decide.verbs import verbs_in


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("kari@staff.example<mailto:kari@staff.example>", "kari@staff.example"),
        ("Se www.staff.example<http://www.staff.example/>, takk.", "Se www.staff.example, takk."),
        ("Tlf. +47 22 00 00 00<tel:+4722000000>", "Tlf. +47 22 00 00 00"),
        ("Kari\n[cid:image001.png@01DCAA31.5F6C2E10]\nEksempel AS", "Kari\nEksempel AS"),
        ("a@b.example <mailto:a@b.example> og c@d.example <mailto:c@d.example>", "a@b.example og c@d.example"),
    ],
)
def test_what_stands_there_twice_stands_there_once(written: str, meant: str) -> None:
    assert single(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "Se veiledningen <https://hjelp.example/1>",
        "a < b og b > c",
        "[1] se under",
        "<https://hjelp.example/1>",
        "[cid] er et felt",
    ],
)
def test_what_somebody_wrote_stays(text: str) -> None:
    assert single(text) == text


@pytest.mark.parametrize(
    "line",
    [
        "/assign ola@staff.example<mailto:ola@staff.example>",
        "/assign ola@staff.example <mailto:ola@staff.example>",
        "/assign @Ola Hansen<mailto:ola@staff.example>",
        "/assign @Ola Hansen <ola@staff.example>",
    ],
)
def test_a_mention_is_the_address_that_it_stands_for(line: str) -> None:
    assert as_typed(line) == "/assign ola@staff.example"


def test_a_long_text_without_an_end_costs_what_its_length_costs() -> None:
    long = "<mailto:" * 200_000 + "@" * 200_000
    assert single(long) == long
    assert as_typed(long) == long


@pytest.mark.parametrize("row", ["/undo", "/undo!", "! Undo!", "- /undo.", "/undo…", "#undo,", "1001 undo!"])
def test_what_a_line_needs_is_asked_for_as_the_line_is_read(row: str) -> None:
    assert verbs_in(row, policy().texts.vocabulary) == {"undo"}
