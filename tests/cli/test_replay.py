"""maild replay beside a running daemon: a sentence, each mail with --verbose, JSON, and an exit status for scripts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from parts.mails import authenticated, mail
from parts.net import wait_until
from parts.site import Site

ANN = "Ann Berg <ann@kunde.example>"
RULES = "- name: printers\n  when: {subject: skriver}\n  set: {priority: critical}\n"


def lived(make_site: Callable[..., Site]) -> Site:
    site = make_site()
    (site.config.parent / "rules" / "routing.yaml").write_text(RULES)
    site.start()
    for subject in ("Skriver", "Skjerm", "Mus"):
        site.send(mail(ANN, subject, "Den står."))
    assert wait_until(lambda: len(site.cases()) == 3)
    return site


def test_the_files_as_they_are_against_what_was_answered(make_site: Callable[..., Site]) -> None:
    site = lived(make_site)
    same = site.maild("replay", "--since", "90d")
    assert (same.returncode, same.stdout) == (0, "3 mails: no difference\n"), same.stderr
    (site.config.parent / "rules" / "routing.yaml").write_text("")
    done = site.maild("replay", "--verbose")
    assert done.returncode == 1
    assert done.stdout.splitlines()[1:] == ["  priority: critical -> medium", "3 mails: 1 lose critical"]
    assert len(site.cases()) == 3, "nothing was written"


def test_a_folder_of_new_rules_against_those_of_the_site(make_site: Callable[..., Site], tmp_path: Path) -> None:
    site = lived(make_site)
    new = tmp_path / "new"
    new.mkdir()
    for path in (site.config.parent / "rules").glob("*.yaml"):
        (new / path.name).write_text(path.read_text())
    assert site.maild("replay", "--rules", str(new)).returncode == 0
    (new / "routing.yaml").write_text(RULES.replace("skriver", "skjerm"))
    done = site.maild("replay", "--rules", str(new), "--json", "--verbose")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert (told["mails"], told["differ"], told["left"]) == (3, 2, {})
    assert told["changes"] == {"lose critical": 1, "become critical": 1}
    assert [one["differs"]["priority"] for one in told["differences"]] == [
        {"before": "critical", "after": "medium"},
        {"before": "medium", "after": "critical"},
    ]
    (new / "routing.yaml").write_text("- name: [half\n")
    broken = site.maild("replay", "--rules", str(new))
    assert (broken.returncode, "routing.yaml:" in broken.stderr) == (78, True)


def test_a_persons_mail_from_a_folder_is_no_robots(make_site: Callable[..., Site], tmp_path: Path) -> None:
    """A file has no envelope; without a sender it would be a bounce, and rules for people would not be asked."""
    site = make_site()
    site.start()
    mails, new = tmp_path / "mails", tmp_path / "new"
    mails.mkdir()
    (mails / "1.eml").write_bytes(authenticated(mail(ANN, "Skriver", "Hei.")))
    (mails / "2.eml").write_bytes(b"Return-Path: <>\r\n" + authenticated(mail(ANN, "Skriver", "Hei.")))
    new.mkdir()
    for path in (site.config.parent / "rules").glob("*.yaml"):
        (new / path.name).write_text(path.read_text())
    (new / "routing.yaml").write_text("- name: people\n  when: {automatic: false}\n  set: {priority: critical}\n")
    done = site.maild("replay", "--from", str(mails), "--rules", str(new))
    assert (done.returncode, done.stdout) == (1, "2 mails: 1 become critical\n"), done.stderr


def test_mail_from_a_folder_or_an_mbox(make_site: Callable[..., Site], tmp_path: Path) -> None:
    site = make_site()
    site.start()
    mails, new = tmp_path / "mails", tmp_path / "new"
    mails.mkdir()
    new.mkdir()
    raws = [authenticated(mail(ANN, subject, "Hei.")) for subject in ("Skriver", "Mus")]
    for number, raw in enumerate(raws):
        (mails / f"{number}.eml").write_bytes(raw)
    (tmp_path / "mbox").write_bytes(
        b"".join(b"From ann Mon Mar  2 09:00:00 2026\n" + raw.replace(b"\r\n", b"\n") + b"\n" for raw in raws)
    )
    for path in (site.config.parent / "rules").glob("*.yaml"):
        (new / path.name).write_text(path.read_text())
    (new / "routing.yaml").write_text(RULES)
    for source in (mails, tmp_path / "mbox"):
        done = site.maild("replay", "--from", str(source), "--rules", str(new))
        assert (done.returncode, done.stdout) == (1, "2 mails: 1 become critical\n"), done.stderr
        assert site.maild("replay", "--from", str(source)).returncode == 0
