"""make clean-root: the README's installation, word for word, on a Debian that has never seen maild.

debootstrap makes the root, the wheel is built here, and then the README's own lines run there: packages, venv, setup, init, check.
systemd does not run in a root, so the daemon is started as its unit would start it (same program, same user, same doors passed in).
Then a mail goes in and its acknowledgement comes out.  Prints each step with its time; ends with 1 at the first that fails.

    make clean-root                              this machine's release
    make clean-root ARGS="--suite trixie"        another one of the same archive
    make clean-root ARGS="--suite trixie --make demo"    then `make demo` in a clone there, as one who tries maild would; or test
    make clean-root ARGS="--keep /somewhere"     leaves the root for a look
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import signal
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clean_root.root import Root
from parts.mails import authenticated, mail
from parts.net import wait_until
from parts.sink import Sink

CLONE = Path(__file__).parents[2]
STARTED = time.monotonic()
ANN = "Ann Berg <ann@kunde.example>"
DOOR = "/var/spool/postfix/maild/lmtp"


def say(words: str) -> None:
    print(f"{time.monotonic() - STARTED:6.1f} s  {words}", flush=True)


def must(holds: object, words: str) -> None:
    if not holds:
        sys.exit(f"FAILED: {words}")
    say(words)


def readme() -> list[str]:
    """The lines of "In production" that a sysadmin types before Postfix has its turn."""
    text = (CLONE / "README.md").read_text("utf-8").partition("## In production")[2].partition("**4. Postfix**")[0]
    typed = re.findall(r"^    (.+)$", re.sub(r"\\\n\s*", "", text), re.M)
    return [" ".join(map(shlex.quote, shlex.split(line, comments=True))) for line in typed]


def in_the_root(line: str, wheel: Path, relay: str) -> str:
    """The wheel instead of the clone, our mail server instead of Postfix's port."""
    return line.replace("'.[fast]'", f"/srv/{wheel.name}[fast]").replace("127.0.0.1:25 ", f"{relay} ")


def build(folder: Path) -> Path:
    words = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(CLONE),
    ]
    subprocess.run(words, check=True)
    return next(folder.glob("maild-*.whl"))


def install(root: Root, relay: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        wheel = build(Path(folder))
        shutil.copy(wheel, root.folder / "srv")
    root.run("sh", "-c", "echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections")
    root.run("apt-get", "-q", "-y", "update")
    root.run("apt-get", "-q", "-y", "install", "--no-install-recommends", "systemd")
    for line in readme():
        if line.startswith("systemctl"):
            # Without a systemd that runs, the links are all that can be tried.
            if "enable" in line:
                root.run("sh", "-c", line.replace("--now ", ""))
            continue
        said = root.run("sh", "-c", in_the_root(line, wheel, relay))
        say(f"$ {line[:100].replace(chr(39), '')}")
        if "setup" in line:
            must("systemctl enable --now maild.socket maild.service" in said, "setup says the next step")


def look(root: Root) -> None:
    again = root.run("maild", "setup", "--systemd")
    must("nothing was changed" in again, "a second setup changes nothing")
    units = [f"/etc/systemd/system/maild.{kind}" for kind in ("service", "socket")]
    verified = root.run("systemd-analyze", "--no-pager", "--man=no", "verify", *units)
    must("maild" not in verified, "systemd finds no fault in the units")
    owners = root.run("stat", "-c", "%U:%G %a %n", "/etc/maild", "/etc/maild/maild.yaml", "/var/lib/maild").splitlines()
    wanted = ["root:maild 750 /etc/maild", "root:maild 644 /etc/maild/maild.yaml", "maild:maild 700 /var/lib/maild"]
    must(owners == wanted, f"folders belong to whom they should: {', '.join(owners)}")
    must("ok: 2 desks" in root.run(*as_maild(), "maild", "check"), "the user maild can read its configuration")


def as_maild() -> tuple[str, ...]:
    return ("setpriv", "--reuid=maild", "--regid=maild", "--init-groups", "--no-new-privs")


def unit(root: Root, key: str) -> str:
    text = (root.folder / "etc/systemd/system/maild.service").read_text("utf-8")
    (found,) = re.findall(rf"^{key}=(.*)$", text, re.M)
    return str(found)


@contextmanager
def daemon(root: Root, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """As the unit starts it: its ExecStart, its user, its state folder, its socket."""
    door = ("systemd-socket-activate", f"-l{DOOR}", "-ESTATE_DIRECTORY=/var/lib/maild", "-EPATH=/usr/bin")
    (root.folder / DOOR.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
    running = root.popen(*door, *as_maild(), *shlex.split(unit(root, "ExecStart")), log=log)
    try:
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(40)


def live(root: Root, sink: Sink) -> None:
    log = root.folder / "srv/maild.log"
    door = root.folder / DOOR.lstrip("/")
    with daemon(root, log) as running:
        must(wait_until(door.is_socket, 20), "the door is open")
        with smtplib.LMTP(str(door)) as lmtp:
            made = authenticated(mail(ANN, "Skriver", "Den står.\n", "support@example.org"), "mx.example.org")
            lmtp.sendmail("ann@kunde.example", ["support@example.org"], made)
        say("a mail is taken")
        must(sink.wait("ack", to="ann@kunde.example", seconds=60), "its acknowledgement comes out")
        must("Skriver" in root.run("maild", "case", "list"), "root sees the case")
        offered = "COMP_WORDS='maild case show ' COMP_CWORD=3 _MAILD_COMPLETE=bash_complete maild"
        must("plain,1001" in root.run("sh", "-c", offered), "the shell completes its number")
    must(running.returncode == 0, "it ends in order")
    owners = set(root.run("find", "/var/lib/maild", "-printf", "%u %p\\n").split("\n")) - {""}
    must(all(line.startswith("maild ") for line in owners), "all of its state is its own")


def remove(root: Root) -> None:
    root.run("/opt/maild/bin/maild", "setup", "--systemd", "--remove")
    left = root.run("find", "/etc/systemd", "/usr/local", "-name", "*maild*").split()
    must(not left, "setup --remove leaves no unit, page or link")
    must((root.folder / "var/lib/maild/maild.sqlite").exists(), "and all mail")


def make(root: Root, target: str) -> None:
    """In a fresh clone, as a stranger would."""
    clone = root.folder / "srv/clone"
    clone.mkdir()
    whole = subprocess.run(["git", "-C", str(CLONE), "archive", "HEAD"], capture_output=True, check=True).stdout
    subprocess.run(["tar", "x", "-C", str(clone)], input=whole, check=True)
    root.run("apt-get", "-q", "-y", "install", "--no-install-recommends", "make", "python3")
    said = root.run("sh", "-c", f"cd /srv/clone && DEMO_EXIT=1 make {target} </dev/null")
    print("\n".join(said.splitlines()[-12:]))
    say(f"make {target} works there")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--suite", default="", help="another release of the same archive")
    options.add_argument("--make", default="", metavar="TARGET", help="then make this in a clone there: demo, or test")
    options.add_argument("--keep", type=Path, help="the folder to make the root in, and to leave it in")
    asked = options.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="maild-clean-root-", dir="/var/tmp"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    root, sink = Root(folder, asked.suite), Sink()
    os.umask(0o022)
    try:
        root.make()
        say(f"a clean {root.suite}: {(root.folder / 'etc/debian_version').read_text().strip()}")
        install(root, sink.address)
        look(root)
        live(root, sink)
        remove(root)
        if asked.make:
            make(root, asked.make)
        say("1 passed, 0 failed")
    finally:
        sink.close()
        root.close()
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
