"""setup_steps: the single things that `maild setup` does to a machine, each of which can be looked at before it is done.

A step has  where (a path, or words), look() -> Look, make(), and unmake() for --remove.  What setup wrote carries a seal, the digest of
the rest in its last line: a file whose seal does not fit was changed by an admin, and is neither overwritten nor removed.

LIMITS  A whole machine at / or a tree below a folder (root), where nobody's ids are changed unless one is root.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

import click

USER = "maild"
_SEAL = "written by maild setup, which leaves it alone once it is changed by hand: "


class Look(Enum):
    """How a thing stands before setup."""

    MISSING = "missing"
    THERE = "there"
    OURS = "of an earlier maild"
    THEIRS = "changed by hand"


class Step(Protocol):
    @property
    def where(self) -> str: ...
    def look(self) -> Look: ...
    def make(self) -> None: ...
    def unmake(self) -> None: ...


def below(root: Path, path: str) -> Path:
    """The path in the tree that stands for the machine."""
    return root / path.lstrip("/")


def sealed(text: str, comment: str) -> str:
    return f"{text}{comment} {_SEAL}{_digest(text)}\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _is_sealed(text: str) -> bool:
    rest, found, digest = text.rpartition(_SEAL)
    return bool(found) and _digest(rest[: rest.rfind("\n") + 1]) == digest.strip()


@dataclass(frozen=True, slots=True)
class Written:
    """A file of ours, readable by all."""

    path: Path
    text: str

    @property
    def where(self) -> str:
        return str(self.path)

    def look(self) -> Look:
        try:
            found = self.path.read_text("utf-8")
        except FileNotFoundError:
            # A link to /dev/null is how systemd masks a unit: it has no text, but it is an admin's word.
            return Look.THEIRS if self.path.is_symlink() else Look.MISSING
        # pipx links the manual's pages itself, to the same text without our seal.
        if found == self.text or (found and self.path.is_symlink() and self.text.startswith(found)):
            return Look.THERE
        return Look.OURS if _is_sealed(found) and not self.path.is_symlink() else Look.THEIRS

    def make(self) -> None:
        self.path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        made = self.path.with_name(f".{self.path.name}.maild-new")
        made.write_text(self.text, "utf-8")
        made.chmod(0o644)
        # Whole or not at all: systemd may be reading it.
        made.replace(self.path)

    def unmake(self) -> None:
        self.path.unlink()


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link, so that `maild` is found."""

    path: Path
    target: str

    @property
    def where(self) -> str:
        return f"{self.path} -> {self.target}"

    def look(self) -> Look:
        if self.path.is_symlink():
            found = self.path.readlink()
            if str(found) == self.target:
                return Look.THERE
            # An installation that was moved, or that is gone.
            return Look.OURS if found.name == "maild" and not self.path.exists() else Look.THEIRS
        return Look.THEIRS if self.path.exists() else Look.MISSING

    def make(self) -> None:
        self.path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(self.target)

    def unmake(self) -> None:
        self.path.unlink()


@dataclass(frozen=True, slots=True)
class Account:
    """The user and the group, made by systemd from the file that says so."""

    root: Path

    @property
    def where(self) -> str:
        return f"the user and the group {USER}"

    def look(self) -> Look:
        return Look.MISSING if ids(self.root) is None else Look.THERE

    def make(self) -> None:
        place = () if self.root == Path("/") else (f"--root={self.root}",)
        # By its name alone: a path would be looked for outside the tree.
        run("systemd-sysusers", *place, "maild.conf")

    def unmake(self) -> None:
        """Stays: its mail does, too."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with its owner; one that is there already is as somebody wanted it."""

    root: Path
    path: str
    mode: int
    owned: bool

    @property
    def where(self) -> str:
        owner = f"{USER if self.owned else 'root'}:{USER}"
        return f"{below(self.root, self.path)} ({owner}, {self.mode:04o})"

    def look(self) -> Look:
        return Look.THERE if below(self.root, self.path).is_dir() else Look.MISSING

    def make(self) -> None:
        path = below(self.root, self.path)
        path.mkdir(parents=True)
        path.chmod(self.mode)
        found = ids(self.root)
        if found is not None and os.geteuid() == 0:
            os.chown(path, found[0] if self.owned else 0, found[1])

    def unmake(self) -> None:
        """Stays: configuration and mail are not ours to throw away."""


def ids(root: Path) -> tuple[int, int] | None:
    """User and group of maild on this machine (or in this tree), or None."""
    try:
        lines = (below(root, "/etc/passwd")).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return None
    found = [line.split(":") for line in lines if line.startswith(f"{USER}:")]
    return (int(found[0][2]), int(found[0][3])) if found else None


def run(*words: str) -> None:
    """A program of the system; its own words when it fails."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    except FileNotFoundError:
        raise click.ClickException(f"{words[0]} is not here: apt-get install systemd") from None
    if done.returncode:
        raise click.ClickException(f"{' '.join(words)}: {(done.stderr or done.stdout).strip()}")
