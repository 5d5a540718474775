"""maild doctor's judgement of what this machine may not have: full disks, wrong clocks, old versions.  Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from maild.cli.doctor.clock import judge
from maild.cli.doctor.database import judge_backup, judge_version
from maild.cli.doctor.disk import Room, judge_kind, judge_room, mount_of, mounts
from maild.cli.doctor.service import judge_python, judge_sqlite

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


MOUNTINFO = r"""
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 21 0:25 / /var/lib/my\040state rw - nfs4 server:/export rw,vers=4.2
31 21 0:26 / /run rw,nosuid - tmpfs tmpfs rw,size=800000k
32 21 0:27 / /srv ro,relatime - xfs /dev/sdb1 rw
33 21 0:28 / /home rw - fuse.sshfs me@host:/ rw
34 21 0:29 / /layer rw - overlay overlay rw,lowerdir=/a
"""


@pytest.mark.parametrize(
    ("path", "sqlite", "told"),
    [
        ("/var/lib/maild", True, []),
        ("/var/lib/my state/maild", True, ["error"]),
        ("/var/lib/my state/maild", False, []),
        ("/run/maild", True, ["warning"]),
        ("/srv/maild", True, ["error"]),
        ("/home/maild", True, ["error"]),
        ("/layer/maild", False, ["warning"]),
    ],
)
def test_a_file_system_is_judged_by_what_it_can_keep(path: str, sqlite: bool, told: list[str]) -> None:
    mount = mount_of(Path(path), mounts(MOUNTINFO))
    assert mount is not None
    assert [str(found.level) for found in judge_kind(mount, Path(path), sqlite=sqlite)] == told


@pytest.mark.parametrize(
    ("room", "told"),
    [
        (Room(50_000_000_000, 100_000_000_000, 9, 10), []),
        (Room(99_000_000, 100_000_000_000, 9, 10), ["error"]),
        (Room(300_000_000, 100_000_000_000, 9, 10), ["warning"]),
        (Room(50_000_000_000, 100_000_000_000, 4, 100), ["warning"]),
        (Room(50_000_000_000, 100_000_000_000, 0, 0), []),
    ],
)
def test_room_is_judged_by_what_the_door_refuses_below(room: Room, told: list[str]) -> None:
    assert [str(found.level) for found in judge_room(room, 100_000_000, Path("/var/lib/maild"))] == told


@pytest.mark.parametrize(
    ("now", "newest", "synchronised", "level"),
    [
        (NOW, NOW - timedelta(days=3), True, "ok"),
        (NOW, NOW + timedelta(seconds=20), True, "ok"),
        (NOW, NOW + timedelta(hours=1), True, "error"),
        (NOW, None, False, "warning"),
        (NOW, None, None, "note"),
        (datetime(1970, 1, 1, tzinfo=UTC), None, True, "error"),
    ],
)
def test_the_clock_is_judged_by_what_has_happened(
    now: datetime, newest: datetime | None, synchronised: bool | None, level: str
) -> None:
    [found] = judge(now, newest, synchronised)
    assert found.level == level


@pytest.mark.parametrize(("version", "told"), [(12, 1), (13, 1), (14, 1), (15, 0), (18, 0), (19, 0)])
def test_a_postgresql_that_nobody_mends_is_named(version: int, told: int) -> None:
    assert len(list(judge_version(version, date(2026, 11, 25)))) == told


@pytest.mark.parametrize(
    ("version", "told"),
    [((3, 40, 1), 1), ((3, 44, 5), 1), ((3, 44, 6), 0), ((3, 45, 0), 1), ((3, 50, 7), 0), ((3, 51, 2), 1), ((3, 51, 3), 0)],
)  # fmt: skip
def test_versions_of_sqlite_with_the_fault_are_told_from_mended_ones(version: tuple[int, ...], told: int) -> None:
    assert len(list(judge_sqlite(version))) == told


def test_a_python_is_looked_after_until_its_end() -> None:
    assert not list(judge_python((3, 11), date(2026, 11, 25)))
    assert list(judge_python((3, 11), date(2027, 11, 25)))


@pytest.mark.parametrize(
    ("written", "level"),
    [("", "warning"), ("nonsense", "warning"), ("2026-11-24T03:00:00+00:00", "ok"), ("2026-11-24T03:00:00Z", "ok"),
     ("2026-11-17T03:00:00+00:00", "warning"), ("2026-11-24T03:00:00", "warning")],
)  # fmt: skip
def test_a_backup_is_old_after_seven_days(written: str, level: str) -> None:
    assert judge_backup(written, NOW).level == level
