"""`maild inspect`: the contract that other programs score."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from maild.cli.inspect import described
from maild.mail.parse import read

FIELDS = [
    "path", "subject", "from", "to", "cc", "reply_to", "date", "message_id", "references", "text", "html",
    "own_text", "attachments", "kind", "automatic", "why", "bounce", "language", "defects",
]  # fmt: skip
CORPUS = Path(__file__).parent / "corpus"


def inspect(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "maild", "inspect", *arguments], input=given, capture_output=True, timeout=60
    )


def test_one_object_a_line_in_the_order_given(tmp_path: Path) -> None:
    broken = tmp_path / "broken.eml"
    broken.write_bytes(b"\x00\xff" * 100 + b"\nContent-Type: multipart/mixed\n\n")
    files = [str(CORPUS / "nb_gmail_topp.eml"), str(broken), str(CORPUS / "en_dsn_failed.eml")]
    run = inspect("--json", *files)
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    assert (run.returncode, run.stderr) == (0, b"")
    assert [row["path"] for row in rows] == files
    assert all(list(row) == FIELDS for row in rows)
    assert rows[0]["date"] == "2026-03-03T09:15:00+01:00"
    assert rows[2]["bounce"]["status"] == {"ann@client.example": "5.1.1"}


def test_standard_input_is_one_mail() -> None:
    run = inspect("--json", "-", given=b"From: ann@client.example\nSubject: =?utf-8?q?bl=C3=A5?=\n\nHei\n")
    row = json.loads(run.stdout)
    assert (row["path"], row["subject"], row["text"]) == ("-", "blå", "Hei")


def test_a_file_that_cannot_be_read_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.eml")
    run = inspect("--json", missing, str(tmp_path), str(CORPUS / "sl_gmail.eml"))
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 1
    assert rows[0] == {"path": missing, "error": "No such file or directory"}
    assert rows[1]["error"] == "Is a directory"
    assert rows[2]["language"] == "sl"
    assert b"Traceback" not in run.stderr


def test_people_get_a_card() -> None:
    run = inspect(str(CORPUS / "en_attachments.eml"))
    card = run.stdout.decode()
    assert run.returncode == 0
    assert card.startswith("Contract\n")
    assert "Ann Smith <ann@client.example>" in card
    assert "avtale på norsk.pdf  application/pdf  9 B" in card
    assert card.rstrip().endswith("See the files.")


def test_a_card_tells_of_a_bounce() -> None:
    card = inspect(str(CORPUS / "en_dsn_failed.eml")).stdout.decode()
    assert "ann@client.example failed 5.1.1" in card


def test_the_desks_charset_may_be_named() -> None:
    raw = "Subject: x\n\nšest čajev\n".encode("cp1250")
    assert json.loads(inspect("--json", "--charset", "cp1250", "-", given=raw).stdout)["text"] == "šest čajev"


def test_no_file_is_a_mistake_of_use() -> None:
    assert inspect("--json").returncode == 64


def test_what_was_given_up_for_a_passing_reason_is_told_from_a_dead_address() -> None:
    """RFC 3463 section 3.1: class 4 says that the same mail may get through another time."""
    report = (
        b"From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n"
        b"\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n"
        b"\nFinal-Recipient: rfc822; away@x.example\nAction: failed\nStatus: 4.4.7\n"
        b"\nFinal-Recipient: rfc822; gone@x.example\nAction: failed\nStatus: 5.1.1\n\n--b--\n"
    )
    message = read(report)
    assert message.bounce is not None
    assert message.bounce.failed == ("away@x.example", "gone@x.example")
    told = described(message)["bounce"]
    assert (told["failed"], told["delayed"]) == (["gone@x.example"], ["away@x.example"])
