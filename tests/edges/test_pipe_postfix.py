"""Behind a real Postfix that calls `maild pipe`, by the README's own lines: taken, kept for later, sent back."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import smtplib
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from edges.postfix import Postfix
from parts.net import wait_until
from parts.site import Site

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
(MASTER,) = re.findall(r"```master\.cf\n(.*?)```", README, re.S)
(MAIN,) = re.findall(r"```pipe\.main\.cf\n(.*?)```", README, re.S)
USER = "nobody"
CAP_DAC_OVERRIDE = 1 << 1


def _program(folder: Path) -> Path:
    """maild for the user that Postfix runs it as: the interpreter of a test may stand where only we may read, as in /root."""
    shutil.copy(str(shutil.which("setpriv")), folder / "setpriv")
    (folder / "setpriv").chmod(0o755)
    os.setxattr(folder / "setpriv", "security.capability", struct.pack("<5I", 0x02000001, CAP_DAC_OVERRIDE, 0, 0, 0))
    path = os.environ.get("PYTHONPATH", "")
    raised = f"{folder}/setpriv --inh-caps +dac_override --ambient-caps +dac_override"
    (folder / "maild").write_text(f'#!/bin/sh\nPYTHONPATH={path} exec {raised} {sys.executable} -m maild "$@"\n')
    (folder / "maild").chmod(0o755)
    return folder / "maild"


def _own(folder: Path) -> None:
    """The site belongs to the user that runs maild, as in production."""
    entry = pwd.getpwnam(USER)
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, entry.pw_uid, entry.pw_gid)


def _services(folder: Path, config: Path) -> str:
    lines = MASTER.replace("/usr/local/bin/maild", str(_program(folder))).replace("/etc/maild/maild.yaml", str(config))
    assert "user=maild " in lines
    return lines.replace("user=maild ", f"user={USER} ")


def _send(postfix: Postfix, to: str, word: str) -> None:
    raw = f"From: ann@kunde.example\r\nTo: {to}\r\nSubject: {word}\r\n\r\nfrom\r\n.\r\nFrom here\r\n"
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=20) as door:
        door.sendmail("ann@kunde.example", [to], raw.encode())


def _logged(postfix: Postfix, pattern: str) -> str:
    assert wait_until(lambda: re.search(pattern, postfix.log), 60), postfix.log[-3000:]
    return re.findall(pattern, postfix.log)[-1]


@pytest.mark.timeout(240)
def test_postfix_gives_keeps_and_sends_back_as_the_exit_code_says(make_site: Callable[..., Site]):
    site = make_site(desks=("support@example.org", "firmapost@example.org"))
    assert site.maild("migrate").returncode == 0
    _own(site.config.parent)
    # The README's two desks are known; a third way leads a stranger's address to maild, which must say no.
    snippet = MAIN.replace("inline:{ ", "inline:{ unknown@example.org=maild:, ") + "relay_domains = example.org\n"
    with TemporaryDirectory(prefix="pf") as name:
        folder = Path(name)
        with Postfix(folder / "p", snippet, _services(folder, site.config)) as postfix:
            _send(postfix, "support@example.org", "taken")
            _logged(postfix, r"to=<support@example\.org>.*status=sent \(delivered via maild service\)")
            (row,) = site.queue()
            assert (row["source"], row["state"]) == ("pipe", "ready")
            _send(postfix, "unknown@example.org", "never")
            said = _logged(postfix, r"to=<unknown@example\.org>.*dsn=(\S+), status=bounced \((.*?)\s*\)")
            assert said == ("5.1.1", "<unknown@example.org>: no such mailbox here")
            keys = site.config.parent / "state" / "keys"
            keys.chmod(0o644)
            _send(postfix, "firmapost@example.org", "configuration")
            said = _logged(postfix, r"to=<firmapost@example\.org>.*dsn=(\S+), status=deferred \((.*?)\s*\)")
            assert said[0] == "4.3.5"
            assert "chmod 600" in said[1]
            keys.chmod(0o600)
            database = site.config.parent / "state" / "maild.sqlite"
            database.rename(database.with_suffix(".away"))
            database.mkdir()
            _send(postfix, "support@example.org", "later")
            assert _logged(postfix, r"to=<support@example\.org>.*dsn=(\S+), status=deferred \((.*?)\s*\)")[0] == "4.3.0"
            database.rmdir()
            database.with_suffix(".away").rename(database)
