"""What the README tells a sysadmin to type, word for word: the site, Postfix's configuration, the backup."""

from __future__ import annotations

import re
import shlex
import shutil
import smtplib
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from edges.postfix import Postfix
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import KARI, MAILD, OLA, Site

from maild.cli import COMMANDS

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
TABLE = README.partition("\n## Commands")[2].partition("\n## ")[0]
SNIPPETS = re.findall(r"```main\.cf\n(.*?)```", README, re.S)
ANN = "Ann Berg <ann@kunde.example>"
MX = "mx.example.org"


def typed(program: str) -> list[list[str]]:
    """The command lines of the README that run this program, continued lines put together."""
    lines = re.sub(r"\\\n\s*", "", README).splitlines()
    words = [shlex.split(line, comments=True) for line in lines if re.match(rf"    .*\b{program}\b", line)]
    return [[w for w in line if not re.match(r"[A-Z_]+=", w)] for line in words]


def init_options() -> tuple[str, ...]:
    """What the README gives to `maild init`, without the folder and the relay."""
    (line,) = [words for words in typed("maild init") if words[:2] == ["maild", "init"]]
    options = line[3:]
    at = options.index("--relay")
    return tuple(options[:at] + options[at + 2 :])


@pytest.fixture
def own_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pf", dir="/tmp") as folder:
        yield Path(folder)


def through(postfix: Postfix, sender: str, to: str, raw: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=20) as door:
        door.sendmail(sender, [to], raw)


def proven(sender: str, to: str, subject: str, text: str, authserv: str = MX, **headers: str) -> bytes:
    """As it looks when the site's milter has seen it."""
    made = mail(sender, subject, text, to, **headers).as_bytes().replace(b"\n", b"\r\n")
    domain = sender.rpartition("@")[2].rstrip(">")
    return f"Authentication-Results: {authserv}; dmarc=pass header.from={domain}\r\n".encode() + made


def test_a_case_goes_all_its_way_through_the_postfix_of_the_readme(own_folder: Path, sink: Sink) -> None:
    # The world behind this Postfix, Kari's mailbox too, is the sink.
    world = f"""
mydestination = example.org
relayhost = [127.0.0.1]:{sink.port}
virtual_alias_maps = inline:{{ kari@example.org=kari@box.example, ola@example.org=ola@box.example }}
"""
    with Postfix(own_folder / "p", world + SNIPPETS[0]) as postfix:
        options = (*init_options(), "--lmtp", str(postfix.door))
        site = Site(own_folder / "s", f"127.0.0.1:{postfix.port}", desks=(), handlers=(), options=options).impatient()
        try:
            site.start()
            through(
                postfix, "ann@kunde.example", "support@example.org", proven(ANN, "support@example.org", "Hei", "Hei.")
            )
            (ack,) = sink.wait("ack", to="ann@kunde.example")
            (notice,) = sink.wait("notice", to="kari@box.example")
            raw = proven("kari@example.org", notice.reply_to, f"Re: {notice.mail['Subject']}", "/lukk\n\nVelkommen.")
            through(postfix, "kari@example.org", notice.reply_to, raw)
            (closing,) = sink.wait("closing", to="ann@kunde.example")
            assert "Velkommen." in closing.text
            assert [case["status"] for case in site.cases()] == ["solved"]
            for stranger in ("unknown@example.org", f"unknown+{ack.reply_to.partition('+')[2]}"):
                with pytest.raises(smtplib.SMTPRecipientsRefused):
                    through(postfix, "ann@kunde.example", stranger, b"Subject: x\r\n\r\nx\r\n")
        finally:
            site.close()


def test_a_domain_of_desks_alone_is_set_up_as_the_readme_says(
    own_folder: Path, make_site: Callable[..., Site], sink: Sink
) -> None:
    with Postfix(own_folder / "p", SNIPPETS[1]) as postfix:
        site = make_site(options=("--lmtp", str(postfix.door)))
        site.start()
        raw = proven(ANN, "support@desk.example", "Hei", "Hei.", "mx.desk.example")
        through(postfix, "ann@kunde.example", "support@desk.example", raw)
        (ack,) = sink.wait("ack", to="ann@kunde.example")
        through(postfix, "ann@kunde.example", ack.reply_to, proven(ANN, ack.reply_to, "Re: Hei", "Mer."))
        assert wait_until(lambda: len(site.case(ack.case)["messages"]) > 3), site.log_text()
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            through(postfix, "ann@kunde.example", "unknown@desk.example", b"Subject: x\r\n\r\nx\r\n")


def test_both_snippets_are_there() -> None:
    assert len(SNIPPETS) == 2


def test_a_site_restored_from_the_backup_knows_its_signed_addresses(make_site: Callable[..., Site], sink: Sink) -> None:
    (backup,) = [line for line in typed("maild backup") if line[:2] == ["maild", "backup"]]
    (restore,) = [line for line in typed("maild restore") if line[:2] == ["maild", "restore"]]
    site = make_site().start()
    site.send(mail(ANN, "Skriver", "Den står.\n"))
    (ack,) = sink.wait("ack")
    made = site.maild("backup", str(site.folder / "saved"), *backup[3:])
    assert made.returncode == 0, made.stderr
    site.kill()
    shutil.rmtree(site.config.parent / "state")
    options = [str(site.config) if word.endswith("maild.yaml") else word for word in restore[3:]]
    restored = site.maild("restore", made.stdout.strip(), *options)
    assert restored.returncode == 0, restored.stderr
    site.start()
    site.send(mail(ANN, "Re: Skriver", "Den brenner.\n", ack.reply_to), to=ack.reply_to)
    said = [m["own_text"].strip() for m in site.case(ack.case)["messages"] if m["direction"] == "in"]
    assert wait_until(lambda: "Den brenner." in str(site.case(ack.case))), said


def test_a_key_that_is_not_the_databases_stops_the_start(make_site: Callable[..., Site], sink: Sink) -> None:
    site = make_site().start()
    site.stop()
    (site.config.parent / "state" / "keys").unlink()
    refused = site.maild("run")
    assert refused.returncode == 78
    assert "restore state/keys" in refused.stderr


def test_the_table_of_commands_is_whole() -> None:
    told = set(re.findall(r"^\| `maild ([a-z]+)", TABLE, re.M))
    assert told == set(COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_has_its_help(command: str) -> None:
    done = subprocess.run([*MAILD, command, "--help"], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: maild")


def test_the_units_and_the_readme_speak_of_the_same_places() -> None:
    service = (Path(__file__).parents[2] / "systemd" / "maild.service").read_text("utf-8")
    assert "/opt/maild/bin/maild run -c /etc/maild/maild.yaml" in service
    assert {"/opt/maild/bin/maild", "/etc/maild/maild.yaml", "/var/lib/maild"} <= set(re.findall(r"/[a-z/.]+", README))
    assert KARI.split()[0] in README
    assert OLA.split()[0] in README
