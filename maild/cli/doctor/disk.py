"""disk: room, and what kind of file system the state stands on.

mounts(text) -> the rows of /proc/self/mountinfo; judge_kind(...), judge_room(...) are pure, so that a test can fill any disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from maild.cli.doctor.finding import Finding, error, note, ok, warning
from maild.cli.doctor.ground import Ground
from maild.cli.terminal import size

# Where locks or the shared memory of the write-ahead log do not hold (https://www.sqlite.org/wal.html, "does not work over a
# network filesystem").
NETWORK = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "afs",
    "ceph",
    "9p",
    "glusterfs",
    "fuse.sshfs",
    "fuse.glusterfs",
    "lustre",
}
_ESCAPED = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}
_LOGS = Path("/var/log")


@dataclass(frozen=True, slots=True)
class Mount:
    point: str
    kind: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """Octets and inodes of a file system; inodes 0 = it has none to run out of."""

    free: int
    whole: int
    inodes_free: int
    inodes: int


def disk(ground: Ground) -> list[Finding]:
    """Free space and inodes, and whether the file system is one to keep a database on."""
    config = ground.config
    state = _there(config.state)
    found = os.statvfs(state)
    room = Room(found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize, found.f_favail, found.f_files)
    sqlite = not config.database.startswith(("postgresql://", "postgres://"))
    stands = Path(config.database).parent if sqlite else state
    mount = mount_of(_there(stands).resolve(), mounts(Path("/proc/self/mountinfo").read_text("utf-8", "replace")))
    findings = [
        *judge_room(room, config.door.min_free, state),
        *(judge_kind(mount, stands, sqlite=sqlite) if mount else ()),
    ]
    if _LOGS.exists() and _LOGS.stat().st_dev == state.stat().st_dev and room.free * 4 < room.whole:
        findings.append(
            note(
                f"{state} is on the same disk as {_LOGS}, which is three quarters full",
                "logs that grow would stop the mail",
                "give one of them a disk of its own, or let journald keep less (SystemMaxUse= in journald.conf)",
            )
        )
    kind = f" on {mount.kind}" if mount else ""
    return findings or [ok(f"{_share(room)} free{kind}", free=room.free, kind=mount.kind if mount else "")]


def _there(path: Path) -> Path:
    """The nearest folder that exists already."""
    return path if path.exists() else _there(path.parent)


def _share(room: Room) -> str:
    return f"{size(room.free)} of {size(room.whole)}"


def judge_room(room: Room, least: int, state: Path) -> Iterator[Finding]:
    why = "mail is refused for a while (452) when less than that is free"
    if room.free < least:
        yield error(
            f"only {size(room.free)} are free for {state}; min_free is {size(least)}",
            why,
            f"make room on the disk of {state}; see what is large: du -xh {state} | sort -h | tail",
            free=room.free,
        )
    elif room.free < 5 * least:
        yield warning(
            f"{size(room.free)} are free for {state}; at {size(least)} no mail is taken any more (min_free)",
            why,
            f"make room on the disk of {state}",
            free=room.free,
        )
    if room.inodes and room.inodes_free * 20 < room.inodes:
        yield warning(
            f"only {room.inodes_free} of {room.inodes} inodes are free",
            "without one no file can be made, even on an empty disk",
            f"find many small files: du --inodes -x {state.anchor} | sort -n | tail",
        )


def judge_kind(mount: Mount, path: Path, *, sqlite: bool) -> Iterator[Finding]:
    if "ro" in mount.options:
        yield error(
            f"{mount.point} is mounted read-only",
            "no mail can be stored",
            f"mount -o remount,rw {mount.point}; dmesg says why, if the kernel did it",
        )
    if sqlite and mount.kind in NETWORK:
        yield error(
            f"{path} stands on {mount.kind}, a network file system",
            "SQLite's locks and shared memory do not hold there: the database will break",
            "move the state to a local disk, or take PostgreSQL (database: in maild.yaml)",
            kind=mount.kind,
        )
    elif mount.kind in ("tmpfs", "ramfs"):
        yield warning(
            f"{path} stands in memory ({mount.kind})",
            "every mail is gone after a restart of the machine",
            "move the state to a disk: state: in maild.yaml",
            kind=mount.kind,
        )
    elif mount.kind in ("overlay", "aufs"):
        yield warning(
            f"{path} stands in a container's own layer ({mount.kind})",
            "every mail is gone with the container",
            "mount a volume there",
            kind=mount.kind,
        )
    elif sqlite and mount.kind.startswith("fuse"):
        yield warning(
            f"{path} stands on {mount.kind}",
            "such file systems promise little about fsync and locks",
            "move the state to ext4, xfs, btrfs or zfs",
            kind=mount.kind,
        )


def mounts(text: str) -> list[Mount]:
    """proc(5): "36 35 98:0 /root /mount/point rw,noatime shared:1 - ext3 /dev/root rw,errors=continue"."""
    found = []
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        words, rest = before.split(), after.split()
        if len(words) > 5 and rest:
            point = words[4]
            for escaped, char in _ESCAPED.items():
                point = point.replace(escaped, char)
            options = {*words[5].split(","), *(rest[2].split(",") if len(rest) > 2 else ())}
            found.append(Mount(point, rest[0], tuple(sorted(options))))
    return found


def mount_of(path: Path, rows: list[Mount]) -> Mount | None:
    """The longest mount point above the path; of several on one point the last."""
    above = {str(path), *map(str, path.parents)}
    fitting = [row for row in rows if row.point in above]
    return max(reversed(fitting), key=lambda row: len(row.point), default=None)
