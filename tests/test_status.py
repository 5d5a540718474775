"""maild status: a line for a monitor, a page for a person, JSON for a program."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site, planted

HELD = "import maild.settle\ndef judge(*x): raise ValueError('a bug')\nmaild.settle.judge = judge"


def test_a_site_that_is_well(site: Site, sink: Sink) -> None:
    site.send(mail("Ann Berg <ann@kunde.example>", "Skriver", "Den står."))
    sink.wait("ack")
    done = site.maild("status")
    assert (done.returncode, done.stderr) == (0, "")
    first, *page = done.stdout.splitlines()
    assert re.fullmatch(r"maild OK - last mail \d+ seconds? ago, \d in the queues, 1 open case", first), first
    text = "\n".join(page)
    for part in ("relay", "policy", "held", "disk", "database", "SQLite 3", "schema 00", "Python 3", "up since"):
        assert part in text, text
    assert "kunde.example" not in done.stdout


def test_json_is_whole_and_says_the_same(site: Site) -> None:
    done = site.maild("status", "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert (told["running"], told["well"]) == (True, True)
    assert {"conditions", "queues", "last_mail", "last_letter", "database", "versions", "policy", "since"} <= set(told)
    assert [c["part"] for c in told["conditions"]][:2] == ["database", "relay"]


def test_a_daemon_that_is_down_is_said_plainly(site: Site) -> None:
    site.stop()
    done = site.maild("status")
    assert done.returncode == 1
    assert done.stdout.startswith("maild NOT WELL - the daemon is down\n")
    assert "systemctl start maild" in done.stdout
    assert json.loads(site.maild("status", "--json").stdout)["running"] is False


def test_a_site_that_never_ran_is_no_crash(make_site: Callable[..., Site]) -> None:
    done = make_site().maild("status")
    assert done.returncode == 1
    assert done.stdout.startswith("maild NOT WELL - the daemon is down; there is no database yet")


def test_what_is_ill_stands_first_with_its_cure(make_site: Callable[..., Site]) -> None:
    site = make_site()
    site.program = planted(HELD)
    site.start()
    site.send(mail("Ann Berg <ann@kunde.example>", "Skriver", "Den står."))
    assert wait_until(lambda: site.maild("status").returncode == 1, 20)
    (site.config.parent / "rules" / "routing.yaml").write_text("- nothing: of this\n")
    site.reload()
    assert wait_until(lambda: "reload failed" in site.maild("status").stdout, 20)
    lines = site.maild("status").stdout.splitlines()
    assert lines[0].startswith("maild NOT WELL - ")
    assert "the last reload failed (2 problems)" in lines[0]
    assert "1 mail held by a fault" in lines[0]
    assert [line[:3] for line in lines[2:7] if line[:3] in ("NOT", "ok ")][:2] == ["NOT", "NOT"]
    assert any("maild queue retry ID" in line for line in lines)
    # Here, and not in the log, stands what is wrong with the file.
    assert any("routing.yaml:1" in line for line in lines)
