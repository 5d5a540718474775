"""root: a Debian of its own in a folder, made by debootstrap from the archive that this machine itself uses.

Root(folder, suite).make();  .run("apt-get", ...) -> output;  .popen(...);  .close() unmounts.  Wants to be root, and debootstrap.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Where pip and apt find what they need is this machine's affair; names only, so that no host stands here.
HANDED_ON = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "PIP_INDEX_URL")
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")


def archive() -> tuple[str, str]:
    """The archive and the suite of this machine, as apt knows them."""
    words = [
        "apt-get",
        "indextargets",
        "--format",
        "$(ORIGIN)|$(REPO_URI)|$(CODENAME)|$(COMPONENT)",
        "Created-By: Packages",
    ]
    for line in subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines():
        origin, address, suite, component = line.split("|")
        if origin in ("Debian", "Ubuntu") and component == "main" and "-" not in suite:
            return address, suite
    raise SystemExit("apt knows no Debian archive here: apt-get update first")


class Root:
    def __init__(self, folder: Path, suite: str = "") -> None:
        self.folder = folder
        self.archive, own = archive()
        self.suite = suite or own

    def make(self) -> None:
        if not shutil.which("debootstrap") or os.geteuid():
            raise SystemExit("a clean root wants root and debootstrap: apt-get install debootstrap")
        if (self.folder / "etc/debian_version").exists():
            raise SystemExit(f"{self.folder} holds a Debian already: a clean root is a new one")
        words = ["debootstrap", "--variant=minbase", self.suite, str(self.folder), self.archive]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"debootstrap: {done.stdout[-1000:]}{done.stderr[-1000:]}")
        self.furnish()

    def furnish(self) -> None:
        """What a machine has and a fresh root has not: /proc, terminals, nothing that starts by itself, the machine's certificates."""
        # systemd's tools, PostgreSQL and strace look there.
        subprocess.run(["mount", "-t", "proc", "proc", str(self.folder / "proc")], check=True)
        subprocess.run(
            ["mount", "-t", "devpts", "-o", "newinstance,ptmxmode=0666", "pts", str(self.folder / "dev/pts")],
            check=True,
        )
        for path, text in (
            ("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n"),
            ("etc/apt/apt.conf.d/90quick", "Dpkg::Use-Pty 0;\n"),
        ):
            (self.folder / path).write_text(text)
            (self.folder / path).chmod(0o755)
        if AUTHORITIES.exists():
            target = self.folder / AUTHORITIES.relative_to("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(AUTHORITIES, target.with_name("of-the-machine.crt"))

    @property
    def environment(self) -> dict[str, str]:
        handed = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
        return {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LC_ALL": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            "PIP_CERT": str(AUTHORITIES.with_name("of-the-machine.crt")),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
            **handed,
        }

    def run(self, *words: str, good: tuple[int, ...] = (0,), seconds: float = 1800) -> str:
        """To its end; what it said.  Another end than a good one ends us."""
        done = subprocess.run(
            ["chroot", str(self.folder), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
            timeout=seconds,
        )
        if done.returncode not in good:
            sys.exit(f"FAILED ({done.returncode}): {' '.join(words)}\n{done.stdout[-6000:]}")
        return done.stdout

    def popen(self, *words: str, log: Path) -> subprocess.Popen[bytes]:
        with log.open("ab") as out:
            return subprocess.Popen(
                ["chroot", str(self.folder), *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=self.environment,
            )

    def close(self) -> None:
        for path in (self.folder / "dev/pts", self.folder / "proc"):
            if path.is_mount():
                subprocess.run(["umount", "-l", str(path)], check=True)
