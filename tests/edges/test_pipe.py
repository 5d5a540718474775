"""maild pipe: what an MTA hands to a program is stored when the program ends with 0, and only then."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from pathlib import Path

import pytest
from making import policy
from parts import warm
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import MAILD, Site, planted

from maild.edges import pipe
from maild.edges.pipe import Said
from maild.errors import Refused

ANN = "Ann Berg <ann@kunde.example>"
DESK = "support@desk.example"
HI = b"From: ann@kunde.example\nTo: support@desk.example\nSubject: hi\n\nhello\n"
NOTHING = Said(None, ())
# The site's own Postfix and the like end lines as UNIX does.
ENDS = ("--from", "ann@kunde.example", "--to", DESK)


def piped(
    site: Site, raw: bytes | EmailMessage, *words: str, program: Sequence[str] = MAILD, **environ: str
) -> tuple[int, str]:
    """The exit code and what it said on standard error."""
    octets = raw if isinstance(raw, bytes) else raw.as_bytes()
    done = warm.run([*program, "pipe", *words], {**site.environment, **environ}, site.folder, 60, octets)
    assert done.stdout == ""
    return done.returncode, done.stderr.strip()


# --- whose mail, and to whom ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "environ", "sender", "recipients"),
    [
        (Said("bob@kunde.example", (DESK,)), {"SENDER": "x@y.example"}, "bob@kunde.example", (DESK,)),
        (NOTHING, {"SENDER": "bob@kunde.example", "RECIPIENT": DESK}, "bob@kunde.example", (DESK,)),
        (NOTHING, {"SENDER": "", "RECIPIENT": DESK}, "", (DESK,)),
        (Said("MAILER-DAEMON", (DESK,)), {}, "", (DESK,)),
        (Said("<>", (DESK,)), {}, "", (DESK,)),
        (Said("root", (DESK,)), {}, "root@mx.example", (DESK,)),
        (Said("no address", (DESK,)), {}, "", (DESK,)),
        (NOTHING, {"RECIPIENT": "maild@mx.example", "ORIGINAL_RECIPIENT": DESK}, "ann@kunde.example", (DESK,)),
        (NOTHING, {"RECIPIENT": "nobody@desk.example"}, "ann@kunde.example", ("nobody@desk.example",)),
        (NOTHING, {"LOCAL_PART": "drift", "DOMAIN": "desk.example"}, "ann@kunde.example", ("drift@desk.example",)),
        (NOTHING, {}, "ann@kunde.example", (DESK,)),
        (Said(None, (DESK,)), {"EXTENSION": "r5aa"}, "ann@kunde.example", ("support+r5aa@desk.example",)),
        (
            Said(None, (DESK,)), {"ORIGINAL_RECIPIENT": "Support+R5aa@desk.example", "RECIPIENT": "maild@mx.example"},
            "ann@kunde.example", ("Support+R5aa@desk.example",),
        ),
        (
            Said(None, (DESK,)), {"ORIGINAL_RECIPIENT": "drift+r5aa@desk.example"},
            "ann@kunde.example", (DESK,),
        ),
    ],
)  # fmt: skip
def test_the_envelope_is_said_or_in_the_environment_or_in_the_mail(
    said: Said, environ: dict[str, str], sender: str, recipients: tuple[str, ...]
):
    come = pipe.envelope(said, environ, HI, policy(), "mx.example")
    assert (come.sender, come.recipients) == (sender, recipients)


def test_a_from_line_on_top_says_the_sender_and_is_no_part_of_the_mail():
    line = b"From eve@kunde.example Mon Mar  2 10:00:00 2026\n"
    for top in (line, b">" + line):
        come = pipe.envelope(Said(None, (DESK,)), {}, top + HI, policy(), "mx.example")
        assert (come.sender, come.mail[:5]) == ("eve@kunde.example", b"From:")
    silent = pipe.envelope(NOTHING, {}, b"From MAILER-DAEMON Mon Mar  2 10:00:00 2026\n" + HI, policy(), "mx.example")
    assert silent.sender == ""


def test_lines_end_as_smtp_has_them():
    mixed = b"Subject: x\n\none\r\ntwo\nbare \r stays"
    assert pipe.envelope(NOTHING, {}, mixed, policy(), "mx").mail == (
        b"Subject: x\r\n\r\none\r\ntwo\r\nbare \r stays\r\n"
    )


def test_a_mail_with_nobody_named_has_no_recipient():
    assert pipe.envelope(NOTHING, {}, b"Subject: x\n\nx\n", policy(), "mx").recipients == ()


def test_more_than_the_limit_is_read_to_its_end_and_refused(tmp_path: Path):
    (tmp_path / "mail").write_bytes(b"x" * 3_000_000)
    with (tmp_path / "mail").open("rb") as source:
        with pytest.raises(Refused, match=r"5\.3\.4 message too large: 3000000 octets"):
            pipe.read(source, 2_999_999)
        assert source.read() == b""


# --- the program ----------------------------------------------------------------------------------------------------------------


def test_a_running_daemon_has_the_mail_at_once(site: Site, sink: Sink):
    code, said = piped(site, mail(ANN, "Skriver", "Den står."), "--from", "ann@kunde.example", "--to", DESK)
    assert (code, said) == (0, "")
    (ack,) = sink.wait("ack")
    assert sink.wait("notice")
    ((trace,),) = site.json("explain", ack.case)
    assert trace["source"] == "pipe"
    raw = site.maild("case", "show", ack.case, "--raw").stdout
    assert raw.startswith("Received: by ")
    assert "(maild pipe, uid " in raw.splitlines()[0]


def test_what_comes_while_the_daemon_is_down_is_settled_at_its_next_start(make_site: Callable[..., Site], sink: Sink):
    site = make_site()
    made = mail(ANN, "Skriver", "Den står.")
    assert piped(site, made, SENDER="ann@kunde.example", RECIPIENT=DESK) == (0, "")
    assert piped(site, made, *ENDS) == (0, "")  # the MTA tries again: the same mail
    (row,) = site.queue()
    assert (row["source"], row["state"]) == ("pipe", "ready")
    site.start()
    assert sink.wait("ack")
    assert len(site.cases()) == 1


@pytest.mark.parametrize(
    ("raw", "words", "code", "sentence"),
    [
        (HI, ("--to", "nobody@desk.example"), 65, "5.1.1 <nobody@desk.example>: no such mailbox here"),
        (HI, ("--to", DESK, "--to", "nobody@desk.example"), 65, "5.1.1 <nobody@desk.example>"),
        (HI, ("--to", "not an address"), 65, "5.1.3 the recipient is no address of RFC 5321"),
        (b"Received: x\n" * 51 + HI, ENDS, 65, "5.4.6 too many hops"),
        (b"Subject: x\n\nx\n", (), 78, "4.3.5 nobody said for whom this mail is: add --to ADDRESS"),
        (HI, ("--form", "x"), 78, "4.3.5 maild pipe: No such option"),
        (HI, ("-c", "/nowhere/maild.yaml"), 78, "4.3.5 /nowhere/maild.yaml: there is no such configuration"),
    ],
)  # fmt: skip
def test_what_is_not_taken_says_why_as_an_mta_reads_it(
    make_site: Callable[..., Site], raw: bytes, words: tuple[str, ...], code: int, sentence: str
):
    site = make_site()
    ended, said = piped(site, raw, *words)
    assert (ended, said[: len(sentence)]) == (code, sentence)
    assert len(said.splitlines()) == 1


def test_a_mail_larger_than_the_door_takes_is_refused_for_good(make_site: Callable[..., Site]):
    site = make_site()
    text = site.config.read_text("utf-8").replace("  # message_size: 35MB", "  message_size: 100kB", 1)
    assert "  message_size: 100kB" in text
    site.config.write_text(text, "utf-8")
    code, said = piped(site, HI + b"x\n" * 60_000, *ENDS)
    assert (code, said[:23]) == (65, "5.3.4 message too large")
    assert piped(site, HI + b"x\n" * 40_000, *ENDS) == (0, "")


def test_a_busy_database_a_full_disk_and_a_bug_are_for_later(make_site: Callable[..., Site]):
    site = make_site()
    assert piped(site, HI, *ENDS) == (0, "")
    database = _database(site)
    database.execute("BEGIN IMMEDIATE")
    busy = planted("import maild.cli.pipe as p; p.BUSY = 0.2")
    code, said = piped(site, HI + b"2\n", *ENDS, program=busy)
    assert (code, said) == (75, "4.3.0 the database cannot be used now: database is locked")
    database.execute("ROLLBACK")
    full = planted(
        "import os\nold = os.statvfs\nos.statvfs = lambda p: os.statvfs_result([*old(p)[:3], 0, 0, *old(p)[5:]])"
    )
    assert piped(site, HI + b"2\n", *ENDS, program=full) == (75, "4.3.1 insufficient system storage")
    code, said = piped(site, HI + b"2\n", *ENDS, program=planted("import maild.edges.pipe as p; p.hops = None"))
    assert (code, said.splitlines()[0]) == (75, "4.3.0 a bug of maild (TypeError); the mail was not taken")
    assert len(site.queue()) == 1
    assert piped(site, HI + b"2\n", *ENDS) == (0, "")
    assert len(site.queue()) == 2


def test_a_database_that_is_replaced_meanwhile_is_told(make_site: Callable[..., Site]):
    site = make_site()
    assert piped(site, HI, *ENDS) == (0, "")
    replaced = planted(
        "import maild.edges.pipe as p, shutil\nkeep = p.incoming.keep\n"
        "def late(session, taken):\n    path = session.database.url\n    shutil.copy(path, path + '.new')\n"
        "    import os; os.replace(path + '.new', path)\n    return keep(session, taken)\np.incoming.keep = late"
    )
    code, said = piped(site, HI + b"2\n", *ENDS, program=replaced)
    assert (code, said) == (75, "4.3.0 the database was replaced just now")


def _files(site: Site, *mails: EmailMessage) -> list[str]:
    for n, made in enumerate(mails):
        (site.folder / f"mail-{n}").write_bytes(made.as_bytes())
    return [str(site.folder / f"mail-{n}") for n in range(len(mails))]


def _piping(site: Site, *words: str) -> list[int]:
    environ = {**site.environment, "SENDER": "ann@kunde.example", "RECIPIENT": DESK}
    program = [sys.executable, str(Path(__file__).with_name("piping.py"))]
    done = subprocess.run([*program, *words], capture_output=True, text=True, timeout=100, env=environ, check=True)
    return [int(word) for word in done.stdout.split()]


def _database(site: Site) -> sqlite3.Connection:
    return sqlite3.connect(site.config.parent / "state" / "maild.sqlite", isolation_level=None)


def test_twenty_at_once_lose_and_double_nothing(make_site: Callable[..., Site]):
    site = make_site().start()
    mails = [
        mail(f"P{n} <p{n}@kunde.example>", f"Nr {n}", "Hei." + "x" * (300_000 if n == 7 else 0)) for n in range(20)
    ]
    files = _files(site, *mails)
    assert _piping(site, "all", *files, *files[:3]) == [0] * 23
    assert wait_until(lambda: len(site.cases()) == 20), site.log_text()
    assert sorted(case["subject"] for case in site.cases()) == sorted(f"Nr {n}" for n in range(20))


def test_a_pipe_killed_at_any_moment_leaves_all_or_nothing_and_the_next_try_takes_it(make_site: Callable[..., Site]):
    site = make_site()
    assert piped(site, HI, *ENDS) == (0, "")
    files = _files(site, *(mail(ANN, f"Nr {n}", "Hei." + "æøå" * (100_000 * (n % 3 == 0))) for n in range(24)))
    assert _piping(site, "kill", "7", *files) == [0]
    (stored,) = _database(site).execute("SELECT count(*) FROM incoming").fetchone()
    assert 2 < stored < 25, "some were killed before the commit and some after it"
    assert _piping(site, "all", *files) == [0] * 24
    whole = "SELECT sum(length(bytes)) FROM chunk JOIN incoming USING (raw) GROUP BY raw ORDER BY incoming.id"
    sizes = _database(site).execute("SELECT size FROM incoming ORDER BY id").fetchall()
    assert len(sizes) == 25
    assert _database(site).execute(whole).fetchall() == sizes
    assert _database(site).execute("SELECT count(*) FROM staging").fetchone() == (0,)


def test_postgresql_takes_it_too(make_site: Callable[..., Site], postgres_url: str, sink: Sink):
    site = make_site(options=("--database", postgres_url)).start()
    assert piped(site, mail(ANN, "Skriver", "Den står."), *ENDS) == (0, "")
    assert sink.wait("ack")
