"""`maild case show` and `attachment`, as a shell sees them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from parts.mails import authenticated, mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site, short_folder

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


def made() -> EmailMessage:
    letter = mail("Ann Berg <ann@kunde.example>", "Skriveren \u2013 står", "Den står.\n")
    letter.add_attachment(PICTURE, maintype="image", subtype="png", filename="../bilde.png")
    return letter


SENT = authenticated(made())


@pytest.fixture(scope="module")
def desk() -> Iterator[Site]:
    """A site with one case, and the daemon down again."""
    sink = Sink()
    site = Site(short_folder(), sink.address)
    try:
        site.start().send(SENT)
        wait_until(lambda: len(site.cases()) == 1 and not site.queue(), 20)
        assert site.stop() == 0
        yield site
    finally:
        site.close()
        sink.close()


def octets(site: Site, *words: str, program: str = "") -> subprocess.CompletedProcess[bytes]:
    """A command's output as bytes; program: some Python instead."""
    command = [sys.executable, "-c", program] if program else [sys.executable, "-m", "maild", *words]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, env=site.environment, cwd=site.folder
    )


def test_piped_it_is_plain_text(desk: Site) -> None:
    told = desk.maild("case", "show", "1001")
    assert told.returncode == 0
    assert told.stdout.startswith("#1001  Skriveren \u2013 står\n")
    assert "\x1b" not in told.stdout
    assert "[1] Ann Berg <ann@kunde.example>, " in told.stdout
    assert "(Europe/Oslo)" in told.stdout


def test_raw_gives_the_mail_byte_for_byte(desk: Site) -> None:
    first = octets(desk, "case", "show", "1001", "--raw")
    trace, found, _ = first.stdout.partition(SENT)
    # What the door puts before it (RFC 5321 section 4.4) is stored too.
    assert found
    assert trace.startswith(b"Received: from ")
    assert octets(desk, "case", "show", "1001", "--raw", "1").stdout == first.stdout


def test_raw_gives_a_letter_of_ours_as_it_left(desk: Site) -> None:
    number = next(m["seq"] for m in desk.case("1001")["messages"] if m["kind"] == "notice")
    letter = octets(desk, "case", "show", "1001", "--raw", str(number)).stdout
    assert b"X-Maild-Kind: notice\r\n" in letter
    assert letter.endswith(b"--\r\n")


def test_on_a_terminal_nothing_is_given_byte_for_byte(desk: Site) -> None:
    for words in (["show", "1001", "--raw"], ["attachment", "1001", "1", "-"]):
        command = [sys.executable, "-m", "maild", "case", *words]
        program = f"import os, pty; os._exit(os.waitstatus_to_exitcode(pty.spawn({command!r})))"
        told = octets(desk, program=program)
        assert told.returncode == 1
        assert b"could steer your terminal" in told.stdout
        assert b"Received:" not in told.stdout


def test_a_mail_that_is_not_there_is_told(desk: Site) -> None:
    told = desk.maild("case", "show", "1001", "--raw", "9")
    assert (told.returncode, told.stderr) == (1, "maild: case 1001 has no mail 9 (1 to 3)\n")


def test_an_attachment_is_written_as_it_was(desk: Site, tmp_path: Path) -> None:
    told = desk.maild("case", "attachment", "1001", "1", str(tmp_path / "out.png"))
    assert (told.returncode, told.stdout) == (0, f"{tmp_path}/out.png: 10 kB\n")
    assert (tmp_path / "out.png").read_bytes() == PICTURE


def test_an_attachment_goes_to_standard_output_and_into_a_folder(desk: Site, tmp_path: Path) -> None:
    assert octets(desk, "case", "attachment", "#1001", "1", "-").stdout == PICTURE
    assert desk.maild("case", "attachment", "1001", "1", str(tmp_path)).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["bilde.png"]


def test_an_attachment_overwrites_nothing(desk: Site, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("precious")
    told = desk.maild("case", "attachment", "1001", "1", str(tmp_path / "a"))
    assert told.returncode == 1
    assert "--force" in told.stderr
    assert (tmp_path / "a").read_text() == "precious"
    assert desk.maild("case", "attachment", "1001", "1", str(tmp_path / "a"), "--force").returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("attachment", "1001", "2", "-"), "maild: case 1001 has no file 2 (see `maild case show 1001`)"),
        (("attachment", "9", "1", "-"), "maild: there is no case 9 (see `maild case list`)"),
        (("show", "\x1b[2J"), "maild: there is no case ^[[2J (see `maild case list`)"),
    ],
)
def test_what_is_not_there_is_told(desk: Site, words: tuple[str, ...], said: str) -> None:
    told = desk.maild("case", *words)
    assert (told.returncode, told.stderr.strip()) == (1, said)


def test_json_numbers_files_and_keeps_its_form(desk: Site) -> None:
    first = desk.case("1001")["messages"][0]
    assert first["attachments"][0]["number"] == 1
    assert {"seq", "at", "direction", "from", "to", "message_id", "kind", "subject", "text", "own_text"} <= set(first)
    assert (first["from_name"], first["verified"]) == ("Ann Berg", True)


@pytest.fixture
def agreed(desk: Site) -> Iterator[Site]:
    """Since some years something was promised in words; before that, something else."""
    rules = desk.config.parent / "rules"
    files = {
        "organisations.yaml": "kunde: {name: Kunde AS, domains: [kunde.example]}\n",
        "agreements.yaml": "old: {name: Old, organisations: [kunde], to: 2019-12-31, response: some day}\n"
        'gold: {name: Gold, organisations: [kunde], from: 2020-01-01, response: within "two" hours}\n',
    }
    for name, text in files.items():
        assert not (rules / name).exists()
        (rules / name).write_text(text)
    yield desk
    for name in files:
        (rules / name).unlink()


def test_what_was_agreed_with_the_customer_stands_in_the_head(agreed: Site) -> None:
    assert '   agreed    within "two" hours\n' in agreed.maild("case", "show", "1001").stdout


def test_and_in_the_json_of_show_and_export(agreed: Site) -> None:
    for words in (("case", "show", "1001", "--json"), ("export", "--jsonl", "-")):
        assert json.loads(agreed.maild(*words).stdout)["response"] == 'within "two" hours'


def test_where_nothing_was_agreed_nothing_is_said(desk: Site) -> None:
    assert "agreed" not in desk.maild("case", "show", "1001").stdout
    assert json.loads(desk.maild("case", "show", "1001", "--json").stdout)["response"] == ""


def test_with_broken_rules_a_case_can_still_be_read(make_site: Callable[..., Site]) -> None:
    site = make_site().start()
    site.send(SENT)
    wait_until(lambda: len(site.cases()) == 1, 20)
    (site.config.parent / "rules" / "people.yaml").write_text("kari: [\n")
    told = site.maild("case", "show", "1001")
    assert told.returncode == 0
    assert "Ann Berg" in told.stdout
    assert "(UTC)" in told.stdout
