"""Hostile mail of 30 MB in the worker process, under its real limits: 2 s of CPU, 64 MiB and 10 times the mail.

The smaller ones have one reader for all, as in a daemon: what one mail leaves behind in the worker the next must bear.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from fuzz.hostile import MAILS

from maild.edges.reading import Reader

LARGE = 30_000_000
NAMED = (
    "nested multiparts", "boundaries that are none", "less-than signs", "encoded words", "header lines", "equals and question marks",
    "soft breaks", "garbage in base64",
)  # fmt: skip


@pytest_asyncio.fixture
async def fresh() -> AsyncIterator[Reader]:
    made = Reader()
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[Reader]:
    made = Reader()
    yield made
    await made.close()


@pytest.mark.parametrize("name", NAMED)
async def test_thirty_megabytes_are_read_within_the_limits(fresh: Reader, name: str) -> None:
    message = await fresh.read(MAILS[name](LARGE), "cp1252")
    assert "unreadable" not in message.defects
    assert message.author is not None
    assert message.author.address == "ann@client.example"


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", [name for name in MAILS if name not in NAMED])
async def test_three_megabytes_of_anything_are_read_within_the_limits(reader: Reader, name: str) -> None:
    message = await reader.read(MAILS[name](LARGE // 10), "cp1252")
    assert "unreadable" not in message.defects
