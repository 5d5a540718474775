"""maild init: a site that works at once, and never over another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from maild import config
from maild.cli import site_files
from maild.cli.check import check
from maild.places import shipped
from maild.policy import build, texts

DESK = ("--desk", "support@desk.example")
KARI = ("--handler", "Kari Nordmann <kari@staff.example>")


def maild(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "maild", *words], capture_output=True, text=True, timeout=60, cwd=folder
    )


def test_what_it_writes_holds(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    desks = (*DESK, "--desk", "drift@desk.example", "--zone", "Europe/Ljubljana", "--language", "sl")
    doors = (
        "--smtp",
        "127.0.0.1:2525",
        "--lmtp",
        str(folder / "lmtp"),
        "--relay",
        "127.0.0.1:2526",
        "--authserv-id",
        "mx.desk.example",
    )
    people = (*KARI, "--handler", "Åse Ødegård <ase@staff.example>", "--admin", "post@desk.example")
    done = maild("init", str(folder), *desks, *people, *doors)
    assert done.returncode == 0, done.stderr
    assert check(folder / "maild.yaml").problems == []
    made = config.load(folder / "maild.yaml", {})
    assert (made.door.smtp, made.door.lmtp, made.relay.port, made.admin) == (
        ("127.0.0.1", 2525),
        folder / "lmtp",
        2526,
        "post@desk.example",
    )
    assert (made.authenticators[0].id, made.state) == ("mx.desk.example", folder / "state")
    policy = build.load(made.rules, texts.load(made.templates, shipped("templates")))
    assert list(policy.desks) == ["support", "drift"]
    assert (policy.default_desk.zone, policy.default_desk.language) == ("Europe/Ljubljana", "sl")
    assert [(h.key, h.name) for h in policy.team("drift")] == [("kari", "Kari Nordmann"), ("ase", "Åse Ødegård")]


def test_it_never_overwrites_even_a_part(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "desks.yaml").write_text("mine")
    done = maild("init", str(tmp_path), *DESK, *KARI)
    assert done.returncode == 1
    assert "nothing was written" in done.stderr
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["desks.yaml"]


def test_a_folder_with_other_things_is_fine(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert maild("init", str(tmp_path), *DESK, *KARI).returncode == 0
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((*DESK,), "--handler"),
        ((*KARI,), "--desk"),
        ((*DESK, "--handler", "Kari kari@staff.example"), "is not like"),
        (("--desk", "support", *KARI), "no mail address"),
        ((*DESK, *KARI, "--zone", "Europe/Olso"), "did you mean Europe/Oslo?"),
        ((*DESK, *KARI, "--language", "no"), "write nb or nn"),
        ((*DESK, *KARI, "--relay", "mx"), "no address with a port"),
        ((*DESK, *DESK, *KARI), "too"),
        ((*DESK, "--handler", "Support <support@desk.example>"), "address of the desk"),
        ((*DESK, *KARI, "--wrong"), "No such option"),
    ],
)
def test_a_wrong_wish_is_a_usage_error_and_leaves_nothing(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = maild("init", str(tmp_path / "site"), *words)
    assert done.returncode == 64
    assert told in done.stderr
    assert not (tmp_path / "site").exists()


def test_a_relay_elsewhere_is_reached_by_tls(tmp_path: Path) -> None:
    relays = {
        "mx.example.org:587": "starttls",
        "mx.example.org:465": "implicit",
        "[::1]:25": "none",
        "localhost:25": "none",
    }
    for n, (relay, tls) in enumerate(relays.items()):
        folder = tmp_path / str(n)
        assert maild("init", str(folder), *DESK, *KARI, "--relay", relay).returncode == 0
        assert config.load(folder / "maild.yaml", {}).relay.tls == tls


def test_a_password_in_the_databases_url_is_kept_from_others(tmp_path: Path) -> None:
    url = "postgresql://maild:hush@db.example/maild"
    assert maild("init", str(tmp_path / "site"), *DESK, *KARI, "--database", url).returncode == 0
    assert (tmp_path / "site" / "maild.yaml").stat().st_mode & 0o077 == 0
    assert config.load(tmp_path / "site" / "maild.yaml", {}).database == url


def test_keys_are_ascii_short_and_nobodys_but_theirs() -> None:
    names = ["Kari", "kari", "Åse", "Жан", "all", "x" * 60, "__", "Ærlig-Øystein", "none"]
    assert site_files.keys(names) == [
        "kari",
        "kari-2",
        "ase",
        "key",
        "all-2",
        "x" * 36,
        "key-2",
        "aerlig-oystein",
        "none-2",
    ]


def test_odd_names_stay_text(tmp_path: Path) -> None:
    done = maild("init", str(tmp_path / "site"), *DESK, "--handler", "yes: #1 'O\\Neil' {x} <o@staff.example>")
    assert done.returncode == 0, done.stderr
    made = build.load(tmp_path / "site" / "rules", texts.load(tmp_path / "site" / "templates", shipped("templates")))
    assert [handler.name for handler in made.handlers.values()] == ["yes: #1 'O\\Neil' {x}"]


def test_editors_find_the_schemas_that_the_files_name(tmp_path: Path) -> None:
    assert maild("init", str(tmp_path / "site"), *DESK, *KARI).returncode == 0
    for path in (tmp_path / "site" / "maild.yaml", *(tmp_path / "site" / "rules").glob("*.yaml")):
        first = path.read_text("utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema=")
        assert (path.parent / first.partition("=")[2]).is_file()


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = maild("init", str(tmp_path / "file" / "site"), *DESK, *KARI)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr


def test_the_state_folder_that_systemd_will_give_is_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "var"))
    assert maild("init", str(tmp_path / "etc"), *DESK, *KARI).returncode == 0
    # An admin's shell knows nothing of the service's environment.
    assert config.load(tmp_path / "etc" / "maild.yaml", {}).state == tmp_path / "var"
