"""maild import and maild export, as a sysadmin types them: moving in, moving out, and what may go wrong on the way."""

from __future__ import annotations

import contextlib
import json
import mailbox
import os
import signal
import sqlite3
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from parts.dovecot import running
from parts.mails import mail
from parts.net import wait_until
from parts.past import DESK, mbox, old
from parts.sink import Sink
from parts.site import MAILD, Site

from maild import config
from maild.store import views
from maild.store.database import Database, Session, stamp

ANN = "Ann Berg <ann@kunde.example>"
KARI = "Kari Nordmann <kari@staff.example>"
FIRST = datetime(2024, 1, 1, 8, 0, tzinfo=UTC)


def many(count: int) -> list[Any]:
    """Conversations of three, one after the other, the way mailboxes are."""
    made = []
    for n in range(count):
        day, case = (FIRST + timedelta(minutes=7 * n)).isoformat()[:16], n // 3
        who = f"Kunde {case} <k{case}@kunde.example>"
        sender, to = (who, DESK) if n % 3 != 1 else (DESK, who)
        more = {"In_Reply_To": f"<m{n - 1}@x>"} if n % 3 else {}
        made.append(old(sender, to, f"Sak {case}", f"Mail {n} blåbær", day, Message_ID=f"<m{n}@x>", **more))
    return made


@contextlib.contextmanager
def look(site: Site) -> Iterator[Session]:
    """At the database, without a program for each look."""
    database = Database(config.load(site.config).database)
    try:
        yield database.session()
    finally:
        database.close()


def cases(site: Site) -> list[Any]:
    """Whole, in the order in which they began; handlers by their keys."""
    with look(site) as session:
        return [views.case(session, row, {}) for (row,) in session.all("SELECT id FROM cases ORDER BY id")]


def count(site: Site) -> int:
    with look(site) as session:
        row = session.one("SELECT count(*) FROM cases")
    return int(row[0]) if row else 0


def conversations(site: Site) -> list[Any]:
    """What was said in each case, apart from its number: which way, when, under which id, in which words."""
    told = []
    for case in cases(site):
        said = [(m["direction"], m["at"], m["message_id"], m["internal"], m["text"].split()) for m in case["messages"]]
        told.append((case["subject"], case["customer"], case["opened_at"], said))
    return sorted(told, key=str)


def run(site: Site, *words: str) -> str:
    done = site.maild(*words, seconds=110)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_site_moves_out_and_in_with_its_conversations(make_site: Callable[..., Site], sink: Sink):
    one = make_site().impatient().start()
    one.send(mail(ANN, "Skriver", "Den står.\nFrom here on it is broken.\n"))
    (notice,) = sink.wait("notice")
    one.send(
        mail(KARI, f"Re: {notice.mail['Subject']}", "/priority high\n\nSlå den av.\n", notice.reply_to), notice.reply_to
    )
    (update,) = sink.wait("update", to="ann@kunde.example")
    one.send(mail(ANN, "Re: Skriver", "Takk!\n", update.reply_to, In_Reply_To=update.message_id), update.reply_to)
    one.send(mail("Bo <bo@kunde.example>", "Noe annet", "Hei.\n"))
    assert wait_until(lambda: len(sink.of("notice")) == 2)
    assert wait_until(lambda: _all_done(one))
    assert "2 cases" in run(one, "export", "--mbox", str(one.folder / "all.mbox"))
    assert stat.S_IMODE((one.folder / "all.mbox").stat().st_mode) == 0o600
    two = make_site()
    said = run(two, "import", "mbox", str(one.folder / "all.mbox"))
    assert "2 cases," in said
    before, after = conversations(one), conversations(two)
    assert [case[:3] for case in before] == [case[:3] for case in after]
    assert [case[3] for case in before] == [case[3] for case in after]
    assert len(mailbox.mbox(one.folder / "all.mbox")) == sum(len(case[3]) for case in before)
    # And once more, and at home: nothing is new there.
    assert "nothing is new" in run(two, "import", "mbox", str(one.folder / "all.mbox"))
    assert run(one, "import", "mbox", str(one.folder / "all.mbox")).startswith(
        f"{len(mailbox.mbox(one.folder / 'all.mbox'))} mails read: 0 cases, 0 joined"
    )
    assert conversations(one) == before
    assert sink.of("ack", to="ann@kunde.example") == sink.of("ack", to="ann@kunde.example")[:1]


def _all_done(site: Site) -> bool:
    waiting = "SELECT count(*) FROM {} WHERE state NOT IN ('done', 'cancelled')"
    with look(site) as session:
        return [session.one(waiting.format(table)) for table in ("incoming", "outbox")] == [(0,), (0,)]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_an_import_killed_again_and_again_doubles_nothing(
    make_site: Callable[..., Site], request: pytest.FixtureRequest, database: str
):
    options = ("--database", request.getfixturevalue("postgres_url")) if database == "postgresql" else ()
    site = make_site(options=options)
    file = str(mbox(site.folder / "old.mbox", many(300)))
    site.maild("migrate")
    kills = 0
    for _ in range(3):
        importing = subprocess.Popen(
            [*MAILD, "import", "mbox", file], env=site.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        came = count(site)
        assert wait_until(lambda: importing.poll() is not None or count(site) > came, 60)  # noqa: B023
        importing.kill()
        kills += importing.wait(20) == -signal.SIGKILL
    assert kills > 0
    run(site, "import", "mbox", file)
    assert [(len(case["messages"]), case["status"]) for case in cases(site)] == [(3, "closed")] * 100
    with look(site) as session:
        assert session.one("SELECT count(*) FROM incoming WHERE state<>'done'") == (0,)
        assert session.one("SELECT count(*) FROM incoming") == (300,)


def test_ctrl_c_stops_it_kindly(make_site: Callable[..., Site]):
    site = make_site()
    file = str(mbox(site.folder / "old.mbox", many(1500)))
    site.maild("migrate")
    importing = subprocess.Popen(
        [*MAILD, "import", "mbox", file],
        env=site.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert wait_until(lambda: count(site), 60)
    importing.send_signal(signal.SIGINT)
    _, said = importing.communicate(timeout=30)
    assert importing.returncode == 130
    assert "the same command goes on from here" in said
    assert "Traceback" not in said


def test_beside_a_running_daemon_mail_is_answered_as_ever(make_site: Callable[..., Site], sink: Sink):
    site = make_site().start()
    file = str(mbox(site.folder / "old.mbox", many(240)))
    imported = threading.Thread(target=lambda: run(site, "import", "mbox", file))
    imported.start()
    sent = 0
    while imported.is_alive() and sent < 40:
        site.send(mail(f"N{sent} <n{sent}@ny.example>", f"Ny {sent}", "Hei."))
        sent += 1
        time.sleep(0.1)
    imported.join()
    acks = sink.wait("ack", count=sent)
    assert len({ack.case for ack in acks}) == len(acks) == sent, "no number is given twice"
    assert len(cases(site)) == 80 + sent
    assert {letter.recipients[0].partition("@")[2] for letter in sink.letters} <= {"ny.example", "staff.example"}


def test_a_maildir_is_read_where_its_mails_are(make_site: Callable[..., Site]):
    site = make_site()
    folder = mailbox.Maildir(site.folder / "box", create=True)
    for n, made in enumerate(many(6)):
        kept = mailbox.MaildirMessage(made)
        kept.set_subdir("new" if n % 2 else "cur")
        folder.add(kept)
    (site.folder / "box" / "cur" / "1.empty:2,S").write_bytes(b"")
    said = run(site, "import", "maildir", str(site.folder / "box"))
    assert "7 mails read: 2 cases, 4 joined to them" in said
    assert "the file 1.empty:2,S: empty" in said
    assert site.maild("import", "maildir", str(site.folder)).returncode == 1


def test_an_imap_folder_is_read_and_left_as_it_was(make_site: Callable[..., Site]):
    with running() as server:
        site = make_site()
        (site.config.parent / "secret").write_text("secret")
        (site.config.parent / "secret").chmod(0o600)
        box = f"""
mailboxes:
  - name: old
    host: 127.0.0.1:{server.port}
    tls: none
    username: ann
    password_file: secret
"""
        text = site.config.read_text("utf-8")
        assert "\nmailboxes:" not in text
        site.config.write_text(text + box, "utf-8")
        for made in many(9):
            server.append("ann", made.as_bytes(), '"01-Feb-2020 10:00:00 +0000"', "Gammelt")
        assert "9 mails read: 3 would be cases, 6" in run(
            site, "import", "imap", "old", "--folder", "Gammelt", "--dry-run"
        )
        assert "4 mails read: 2 cases, 2 joined" in run(
            site, "import", "imap", "old", "--folder", "Gammelt", "--limit", "4"
        )
        said = run(site, "import", "imap", "old", "--folder", "Gammelt")
        assert said.startswith("went on where it was left\n5 mails read: 1 cases, 4 joined")
        server.append("ann", many(10)[9].as_bytes(), folder="Gammelt")
        assert "1 mails read: 1 cases" in run(site, "import", "imap", "old", "--folder", "Gammelt")
        assert [case["opened_at"][:10] for case in cases(site)] == ["2024-01-01"] * 4
        assert not any("Seen" in line for line in server.flags("ann", "Gammelt"))
        server.accepts("other")
        denied = site.maild("import", "imap", "old", "--folder", "Gammelt")
        assert denied.returncode == 78
        assert denied.stderr.startswith("maild: mailbox old: ")
    unknown = site.maild("import", "imap", "nowhere")
    assert "names no mailbox 'nowhere' (it names old)" in unknown.stderr


def test_days_choose_what_comes_and_what_stays_open(make_site: Callable[..., Site], sink: Sink):
    site = make_site()
    mails = [old(ANN, DESK, f"Sak {day}", "Hei.", f"{day} 12:00") for day in ("2023-05-01", "2024-05-01", "2025-05-01")]
    file = str(mbox(site.folder / "old.mbox", mails))
    said = run(site, "import", "mbox", file, "--since", "2024-01-01", "--open-since", "2025-01-01")
    assert said.startswith("2 mails read: 2 cases")
    assert [(case["subject"], case["status"], bool(case["handler"])) for case in cases(site)] == [
        ("Sak 2024-05-01", "closed", False),
        ("Sak 2025-05-01", "new", True),
    ]
    site.start()
    site.stop()
    assert sink.letters == []
    bad = site.maild("import", "mbox", file, "--since", "yesterday")
    assert (bad.returncode, "write it like 2024-05-01" in bad.stderr) == (64, True)
    assert "there is no desk 'x'" in site.maild("import", "mbox", file, "--desk", "x").stderr


def test_cases_go_out_as_json_lines_whole_chosen_and_private(make_site: Callable[..., Site]):
    site = make_site()
    run(site, "import", "mbox", str(mbox(site.folder / "old.mbox", many(9))))
    out = site.folder / "out.jsonl"
    run(site, "export", "--jsonl", str(out))
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert lines[1] == site.case("1002")
    assert lines == [{**case, "response": ""} for case in cases(site)]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    refused = site.maild("export", "--jsonl", str(out))
    assert (refused.returncode, "--force overwrites it" in refused.stderr) == (1, True)
    run(site, "export", "--jsonl", str(out), "--force", "--case", "1002")
    assert [json.loads(line)["number"] for line in out.read_text("utf-8").splitlines()] == ["1002"]
    assert run(site, "export", "--jsonl", "-", "--status", "open") == ""
    assert run(site, "export", "--jsonl", "-", "--desk", "support", "--status", "closed").count("\n") == 3
    assert run(site, "export", "--jsonl", "-", "--since", "2024-01-02") == ""
    assert run(site, "export", "--jsonl", "-", "--until", "2024-01-02").count("\n") == 3
    assert site.maild("export", "--case", "77", "--jsonl", "-").returncode == 1
    assert site.maild("export").returncode == 64


def test_a_folder_gets_an_mbox_for_each_case_and_what_is_erased_is_counted(make_site: Callable[..., Site]):
    site = make_site()
    run(site, "import", "mbox", str(mbox(site.folder / "old.mbox", many(9))))
    with sqlite3.connect(site.config.parent / "state" / "maild.sqlite") as database:
        database.execute("DELETE FROM chunk WHERE raw=(SELECT raw FROM incoming WHERE message_id='<m4@x>')")
        database.execute("DELETE FROM content WHERE commitment=(SELECT content FROM message WHERE message_id='<m4@x>')")
        database.execute("DELETE FROM address WHERE address='k1@kunde.example'")
        database.execute("DELETE FROM content WHERE commitment=(SELECT subject FROM cases WHERE number='1002')")
    folder = site.folder / "cases"
    folder.mkdir()
    said = run(site, "export", "--mbox", str(folder))
    assert "8 mails of 3 cases" in said
    assert "1 mails are not stored any more" in said
    assert {name: len(mailbox.mbox(folder / name)) for name in sorted(os.listdir(folder))} == {
        "1001.mbox": 3,
        "1002.mbox": 2,
        "1003.mbox": 3,
    }
    assert run(site, "export", "--jsonl", "-").count("\n") == 3


@pytest.mark.parametrize("source", ["quoted", "unix", "dos"])
def test_what_mbox_programs_write_comes_back_as_it_was(make_site: Callable[..., Site], source: str):
    site = make_site()
    text = "Hei.\n\nFrom here to there\n>From quoted\n>>From twice\n"
    made = old(ANN, DESK, "Sak", text, "2024-01-01 09:00")
    file = mbox(site.folder / "old.mbox", [made, *many(3)])
    if source == "dos":
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    if source == "unix":
        box = mailbox.mbox(site.folder / "py.mbox")
        box.add(old(ANN, DESK, "Sak", "Hei.\n\nFrom here to there\n", "2024-01-01 09:00"))
        box.close()
        file, text = Path(site.folder / "py.mbox"), "Hei.\n\nFrom here to there\n"
    run(site, "import", "mbox", str(file))
    (case,) = [case for case in cases(site) if case["subject"] == "Sak"]
    assert case["messages"][0]["text"].strip() == text.strip()


def test_what_went_to_the_archive_is_marked_so_as_of_the_copys_beginning(make_site: Callable[..., Site], sink: Sink):
    site = make_site().start()
    site.send(mail(ANN, "Skriver", "Hei."))
    sink.wait("ack")
    before = datetime.now(UTC)
    said = run(site, "export", "--jsonl", str(site.folder / "archive.jsonl"), "--archived")
    assert "marked as archived: 1001" in said
    with look(site) as session:
        assert session.one(
            "SELECT archived_at>=? AND archived_at<=? FROM cases", (stamp(before), stamp(datetime.now(UTC)))
        ) == (1,)
        assert session.one("SELECT count(*) FROM event WHERE kind='archived'") == (1,)
