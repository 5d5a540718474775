"""Keys that are renewed, leaked or revoked while the daemon runs, and what an old letter's address is worth then."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from typing import Any

import pytest
from backups.conftest import asks, backed_up, founded
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink, Taken
from parts.site import KARI, OLA, Site

from maild.cli.desk import opened
from maild.store import views

ANN = "Ann Berg <ann@kunde.example>"


@pytest.fixture
def notice(site: Site, sink: Sink) -> Taken:
    site.send(mail(ANN, "Skriver", "Den står.\n"))
    return sink.wait("notice")[0]


def command(site: Site, notice: Taken, words: str) -> None:
    """The handler obeys his letter's address."""
    handler = KARI if "kari" in notice.recipients[0] else OLA
    site.send(mail(handler, f"Re: {notice.mail['Subject']}", f"{words}\n", notice.reply_to), to=notice.reply_to)


def priority(site: Site, notice: Taken) -> str:
    return str(case(site, notice)["priority"])


def case(site: Site, notice: Taken) -> dict[str, Any]:
    with opened(site.config) as desk:
        row = views.case_id(desk.session, notice.case)
        assert row is not None
        return views.case(desk.session, row, {})


def roles(site: Site) -> dict[str, str]:
    return {key["id"]: key["role"] for key in listed(site)}


def listed(site: Site) -> list[dict[str, Any]]:
    return [json.loads(line) for line in asks(site, "keys", "list", "--json").stdout.splitlines()]


def test_after_a_routine_rotation_old_letters_are_still_obeyed(site: Site, sink: Sink, notice: Taken) -> None:
    done = site.maild("keys", "rotate")
    assert (done.returncode, "signed with key ab" in done.stdout) == (0, True)
    assert "backup" in done.stderr
    command(site, notice, "/priority high")
    assert wait_until(lambda: priority(site, notice) == "high"), site.log_text()
    site.send(mail("Eva <eva@ny.example>", "Ny", "Hei.\n"))
    sink.wait("ack", to="eva@ny.example")
    by_id = {key["id"]: (key["role"], key["letters"] > 0) for key in listed(site)}
    assert by_id == {"aa": ("good", True), "ab": ("current", True)}


@pytest.mark.parametrize("orders", [("rotate --leaked",), ("rotate", "revoke aa")], ids=["leaked", "revoked"])
def test_a_key_that_others_may_have_proves_nothing_from_that_instant(
    site: Site, sink: Sink, notice: Taken, orders: tuple[str, ...]
) -> None:
    for order in orders:
        assert site.maild("keys", *order.split()).returncode == 0
    before = len(case(site, notice)["messages"])
    command(site, notice, "/priority high")
    site.send(mail("Eva <eva@ny.example>", "Ny", "Hei.\n"))
    sink.wait("ack", to="eva@ny.example")
    assert priority(site, notice) == "medium"
    if orders[0].endswith("leaked"):
        assert len(case(site, notice)["messages"]) > before, "it still finds its case"
    site.stop()
    founded(site)


def test_who_changed_the_keys_is_on_record_and_the_file_stays_secret(site: Site) -> None:
    site.maild("keys", "rotate")
    site.stop()
    assert site.maild("keys", "revoke", "aa").returncode == 0, "also while the daemon is down"
    with opened(site.config) as desk:
        rows = desk.session.all("SELECT kind, actor, data FROM event WHERE cause='keys' ORDER BY id")
    assert [(kind, actor.partition(":")[0]) for kind, actor, _ in rows] == [("rekeyed", "admin")] * 2
    keys = site.config.parent / "state" / "keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert [path.name for path in keys.parent.glob("*keys*")] == ["keys"]
    assert roles(site) == {"aa": "revoked", "ab": "current"}


def test_a_key_that_cannot_be_revoked_is_told(site: Site) -> None:
    for key, said in (("aa", "signs now"), ("zz", "there is no key zz")):
        done = site.maild("keys", "revoke", key)
        assert (done.returncode, said in done.stderr) == (1, True)
    assert roles(site) == {"aa": "current"}


def test_a_key_file_put_there_by_hand_counts_from_the_next_reload(
    make_site: Callable[..., Site], site: Site, notice: Taken
) -> None:
    """As on the second node of a site: copied there, then SIGHUP.  A stranger's file leaves the keys in force."""
    from maild.mail import token

    keys = site.config.parent / "state" / "keys"
    own = keys.read_text()
    keys.write_text(token.fresh(b"k" * 32, "aa"))
    refused = site.maild("reload")
    assert (refused.returncode, "does not belong" in refused.stderr) == (1, True)
    keys.write_text(token.rotate(own, b"n" * 32, "ab", "identify"))
    assert site.maild("reload").returncode == 0
    command(site, notice, "/priority high")
    assert wait_until(lambda: len(case(site, notice)["messages"]) > 2)
    assert priority(site, notice) == "medium"


def test_keys_that_know_more_than_the_backup_stay(site: Site) -> None:
    backup = backed_up(site)
    site.maild("keys", "rotate")
    site.maild("keys", "revoke", "aa")
    site.stop()
    assert site.maild("restore", str(backup), "--force").returncode == 0
    assert roles(founded(site)) == {"aa": "revoked", "ab": "current"}


def test_the_keys_of_another_site_are_moved_aside_by_force_only(make_site: Callable[..., Site], site: Site) -> None:
    backup = backed_up(site)
    other = make_site()
    founded(other)
    (other.config.parent / "state" / "maild.sqlite").unlink()
    refused = other.maild("restore", str(backup))
    assert (refused.returncode, "keys of another database" in refused.stderr) == (1, True)
    assert other.maild("restore", str(backup), "--force").returncode == 0
    assert roles(founded(other)) == {"aa": "current"}


def test_a_restore_without_keys_says_so_and_waits_for_them(make_site: Callable[..., Site], site: Site) -> None:
    backup = backed_up(site, "--without-keys")
    other = make_site()
    done = other.maild("restore", str(backup))
    assert (done.returncode, "THE BACKUP HAS NO KEYS" in done.stderr) == (0, True)
    assert other.maild("run").returncode == 78
    keys = other.config.parent / "state" / "keys"
    assert not keys.exists(), "no key is made for a database that has one"
    keys.write_bytes((site.config.parent / "state" / "keys").read_bytes())
    keys.chmod(0o600)
    founded(other)
