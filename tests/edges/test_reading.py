"""Mails are read off the loop; what would cost too much is killed, and is a mail all the same."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from maild.edges import reading
from maild.edges.reading import Reader, dumps, is_small, loads, read_small

CORPUS = sorted((Path(__file__).parent.parent / "corpus").glob("*.eml"))
HEAD = (
    b"From: ann@client.example\nTo: support@desk.example\nSubject: large\nContent-Type: text/plain; charset=utf-8\n\n"
)
LARGE = HEAD + "på tide\n".encode() * 40_000


@pytest_asyncio.fixture
async def reader() -> AsyncIterator[Reader]:
    made = Reader()
    yield made
    await made.close()


def worker_of(reader: Reader) -> asyncio.subprocess.Process:
    worker = reader._worker
    assert worker is not None
    return worker


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_message_travels_unchanged(path: Path) -> None:
    message = read_small(path.read_bytes(), "cp1252")
    assert loads(dumps(message)) == message


async def test_small_and_large_mails_are_read_alike(reader: Reader) -> None:
    assert is_small(HEAD)
    assert not is_small(LARGE)
    small = await reader.read(HEAD + b"hello", "cp1252")
    assert small.text == "hello"
    assert reader._worker is None, "a small mail needs no process"
    assert await reader.read(LARGE, "cp1252") == read_small(LARGE, "cp1252")


async def test_the_worker_lives_on_from_mail_to_mail(reader: Reader) -> None:
    await reader.read(LARGE, "cp1252")
    first = worker_of(reader).pid
    await asyncio.gather(*(reader.read(LARGE + b"%d" % i, "cp1252") for i in range(3)))
    assert worker_of(reader).pid == first


async def test_a_worker_that_dies_costs_its_mail_the_body_and_the_next_nothing(reader: Reader) -> None:
    await reader.read(LARGE, "cp1252")
    worker_of(reader).send_signal(signal.SIGSTOP)
    waiting = asyncio.create_task(reader.read(LARGE, "cp1252"))
    await asyncio.sleep(0.05)
    worker_of(reader).kill()
    message = await waiting
    assert message.defects == ("unreadable",)
    assert message.subject == "large"
    assert [a.size for a in message.attachments] == [len(LARGE)]
    assert (await reader.read(LARGE, "cp1252")).defects == ()


async def test_cve_2021_36093_a_mail_that_takes_too_much_cpu_is_killed(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # A bug that loops for ever: the worker finds this module before ours.
    room = tmp_path / "maild_bug.py"
    room.write_text(
        "from maild.edges import reading\nreading.CPU = 0.2\n"
        "def for_ever(raw, charset):\n    while True: pass\nreading.read_mail = for_ever\nreading.serve()\n"
    )
    monkeypatch.setattr(reading, "SERVE", f"import runpy; runpy.run_path({str(room)!r})")
    message = await reader.read(LARGE, "cp1252")
    assert message.defects == ("unreadable",)
    assert reader._worker is None


async def test_a_mail_that_takes_too_much_memory_is_read_as_its_head(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    room = tmp_path / "maild_bug.py"
    room.write_text(
        "from maild.edges import reading\nfrom maild.mail import parse\nread = parse._read\n"
        "def greedy(raw, charset):\n    hoard = bytearray(1 << 30)\n    return read(raw, charset)\nparse._read = greedy\nreading.serve()\n"
    )
    monkeypatch.setattr(reading, "SERVE", f"import runpy; runpy.run_path({str(room)!r})")
    message = await reader.read(LARGE, "cp1252")
    assert message.defects == ("unreadable",)
    assert message.author is not None


async def test_a_cancelled_question_is_not_answered_to_the_next(reader: Reader) -> None:
    await reader.read(LARGE, "cp1252")
    worker_of(reader).send_signal(signal.SIGSTOP)
    waiting = asyncio.create_task(reader.read(LARGE.replace(b"large", b"other"), "cp1252"))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await reader.read(LARGE, "cp1252")).subject == "large"


async def test_closing_leaves_no_process(reader: Reader) -> None:
    await reader.read(LARGE, "cp1252")
    pid = worker_of(reader).pid
    await reader.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_mail_of_many_parts_is_not_small() -> None:
    assert not is_small(HEAD + b"\n--b\n\n" * 100)
    assert not is_small(HEAD + b"<b>" * 10_000)
