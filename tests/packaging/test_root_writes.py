"""What root writes before the daemon lives must be the daemon's: it runs as another user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maild import config, founding
from maild.cli import init
from maild.cli.site_files import Person, Wish
from maild.store.database import Database

NOBODY = 65534
WISH = Wish(
    desks=("support@desk.example",),
    handlers=(Person("Kari Nordmann", "kari@staff.example"),),
    smtp=None, lmtp=None, relay="127.0.0.1:25", database=None, zone="Europe/Oslo", language="nb", authserv_id=None, admin=None,
)  # fmt: skip


@pytest.fixture
def owner() -> int:
    """Another user, where we are root and can make files for one; else ourselves, to whom nothing must happen."""
    return NOBODY if os.geteuid() == 0 else os.geteuid()


def test_lock_keys_and_database_belong_to_the_owner_of_the_state_folder(tmp_path: Path, owner: int) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    os.chown(state, owner, -1)
    os.close(founding.take_lock(state))
    database = Database(str(state / "maild.sqlite"))
    founding.apply_migrations(database)
    founding.own_keys(database.session(), state / "keys")
    beside = {path.name: path.stat().st_uid for path in state.iterdir()}
    database.close()
    assert {"lock", "keys", "maild.sqlite", "maild.sqlite-wal"} <= set(beside)
    assert set(beside.values()) == {owner}


def test_a_site_in_the_folder_of_a_group_can_be_read_by_that_group(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    group = 65534 if os.geteuid() == 0 else os.getegid()
    os.chown(folder, -1, group)
    before = os.umask(0o077)
    try:
        init.create(folder, WISH)
    finally:
        os.umask(before)
    for path in folder.rglob("*"):
        assert path.stat().st_gid == group, path
        if os.geteuid() == 0:
            assert path.stat().st_mode & (0o050 if path.is_dir() else 0o040), path
    # Its own folder's mode is whoever's who made it.
    assert config.load(folder / "maild.yaml", {}).state == folder / "state"
