"""The outbox as the relay sees it: letters at hand in memory, and those that stand in the queue."""

from __future__ import annotations

from pathlib import Path

import pytest
from making_rows import NOW, posted

from maild.edges import letterbox
from maild.edges.letterbox import TURN, Letterbox
from maild.store import migrate, outbox
from maild.store.database import Database
from maild.store.reader import Reader
from maild.store.writer import Writer

MIGRATIONS = Path(__file__).parents[2] / "migrations"


async def test_a_letter_that_was_put_off_has_its_turn_though_new_ones_keep_coming(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    database = Database(str(tmp_path / "maild.db"))
    migrate.up(database, MIGRATIONS)
    session, at = database.session(), [100.0]
    monkeypatch.setattr(letterbox, "running", lambda: at[0])
    writer = Writer(database, lambda: None)
    box = Letterbox(writer, Reader(database), lambda: NOW, lambda: None)
    await box.take(4)
    outbox.post(session, [posted(1, party="person:1")], NOW, 0)

    async def take() -> list[int]:
        """The next four, while four new ones come."""
        first = 2 + take_count[0] * 4
        take_count[0] += 1
        new = [posted(n, party=f"person:{n}", first=True) for n in range(first, first + 4)]
        box.put(outbox.post(session, new, NOW, 4), 0)
        return [item.id for item in await box.take(4)]

    take_count = [0]
    assert 1 not in [*await take(), *await take()], "memory alone fills the relay's hands"
    at[0] += TURN
    assert 1 in await take()
    await writer.close()
    database.close()
