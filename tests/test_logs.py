"""No word of any mail, no address and no secret is in any log, whatever happens and at every level."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import DESK, Site, planted

# In every place stands this word with the place's name: what leaks tells from where.
BIRD = "Kanarifugl"
# A bug at settling and one at reading, each of which says what it has read.
BUGS = """
import maild.settle, maild.edges.worker as worker
judge, read = maild.settle.judge, worker.read_small
def judging(arrival, *rest):
    subject = getattr(getattr(arrival, 'message', None), 'subject', '')
    if 'settle' in subject:
        raise ValueError(subject, arrival.message.text, arrival.sender)
    return judge(arrival, *rest)
def reading(raw, charset):
    if b'reading-bug' in raw:
        raise ValueError(raw)
    return read(raw, charset)
maild.settle.judge, worker.read_small = judging, reading
"""


def bird(place: str) -> str:
    return f"{BIRD}-{place}"


def address(place: str) -> str:
    return f"{bird(place)}@kunde.example"


@pytest.fixture
def talkative(make_site: Callable[..., Site], sink: Sink) -> Site:
    site = make_site(options=("--admin", address("admin"))).impatient()
    site.config.write_text(site.config.read_text("utf-8").replace("# log_level: info", "log_level: debug"), "utf-8")
    site.program = planted(BUGS)
    return site


def full_of_birds(subject: str) -> EmailMessage:
    body = f"{bird('body')}\n\n/assign {bird('argument')}\n"
    made = mail(f"{bird('name')} <{address('author')}>", subject, body, Message_ID=f"<{subject}@kunde.example>")
    made["Cc"] = address("cc")
    made["X-Own"] = bird("header")
    made.add_attachment(
        bird("file").encode(), maintype="application", subtype="pdf", filename=f"{bird('filename')}.pdf"
    )
    return made


def malformed() -> Iterator[bytes]:
    yield f"Subject: =?utf-8?q?{bird('broken-word')}=?=\r\nContent-Type: multipart/mixed; boundary={bird('boundary')}\r\n\r\nx".encode()
    yield f"From: <{bird('no-end')}\r\n\0\xff{bird('nul')}\r\n\r\n{bird('text')}".encode("latin-1")
    # Large: read in a process of its own.
    yield f"Subject: {bird('large')}\r\n\r\n".encode() + f"{bird('line')}\r\n".encode() * 20_000
    report = f"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; {address('bounced')}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    kind = "multipart/report; report-type=delivery-status; boundary=b"
    yield (
        f"From: MAILER-DAEMON@x.example\r\nSubject: {bird('bounce')}\r\nContent-Type: {kind}\r\n\r\n--b\r\n\r\n{bird('why')}\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\n{report}\r\n--b--\r\n"
    ).encode()


def say_odd_things(port: int) -> None:
    """A client whose every command is refused, or a lie."""
    lines = [
        f"EHLO {bird('ehlo')}",
        f"VRFY {bird('vrfy')}",
        f"{BIRD.upper()} x",
        f"MAIL FROM:<{bird('sender')}> {bird('par')}=1",
    ]
    lines += [
        f"MAIL FROM:<{address('from')}>",
        f"RCPT TO:<{address('to')}>",
        f"RCPT TO:<{DESK}> {bird('rcpt')}",
        "DATA",
        "QUIT",
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall("\r\n".join([*lines, ""]).encode())
        while wire.recv(4096):
            pass


def lines(site: Site) -> list[dict[str, object]]:
    return [json.loads(line) for line in site.log_text().splitlines()]


def fates(site: Site, event: str) -> set[object]:
    return {line.get("fate") for line in lines(site) if line["event"] == event}


def assert_silent(site: Site) -> None:
    found = re.findall(rf".*{BIRD}.*", site.log_text(), re.I)
    assert not found, "\n".join(found)


def test_no_word_of_a_mail_is_in_any_log(talkative: Site, sink: Sink) -> None:
    sink.answers["RCPT"] = f"550 5.1.1 <{address('refused')}> {bird('reply')} unknown".encode()
    site = talkative.start()
    first = full_of_birds(bird("subject"))
    for made in (first, full_of_birds(bird("settle")), full_of_birds(bird("reading-bug")), first):
        site.send(made)
    for raw in malformed():
        site.send(raw)
    say_odd_things(site.port)
    assert wait_until(lambda: {"settled", "held", "duplicate"} <= fates(site, "arrival"), 20), site.log_text()
    assert wait_until(lambda: "failed" in fates(site, "letter"), 20), site.log_text()
    sink.answers["RCPT"] = f"451 4.2.0 {bird('later')}".encode()
    site.send(mail(f"Ola <{address('second')}>", bird("again"), bird("again")))
    assert wait_until(lambda: "deferred" in fates(site, "letter"), 20), site.log_text()
    for order in (("queue", "retry", bird("row")), ("queue", "show", bird("show")), ("explain", bird("explain"))):
        site.maild(*order)
    rules = site.config.parent / "rules" / "routing.yaml"
    rules.write_text(f"- name: {bird('rule')}\n  when: {{nothing: {bird('value')}}}\n  then: [{bird('then')}\n")
    site.reload()
    assert wait_until(lambda: "reload refused" in site.log_text(), 20), site.log_text()
    assert site.maild("status").returncode == 1
    assert site.stop() == 0
    assert_silent(site)


def test_no_secret_of_the_relay_is_in_any_log(talkative: Site, sink: Sink) -> None:
    secret = talkative.folder / "secret"
    secret.write_text(bird("password"))
    secret.chmod(0o600)
    text = talkative.config.read_text("utf-8")
    login = f"\n  username: {bird('user')}\n  password_file: {secret}\n  # username:"
    talkative.config.write_text(text.replace("\n  # username:", login, 1), "utf-8")
    sink.answers["EHLO"] = b"250-sink\r\n250-AUTH PLAIN LOGIN\r\n250 PIPELINING"
    sink.answers["AUTH"] = f"535 5.7.8 {bird('user')} with {bird('password')} is wrong".encode()
    site = talkative.start()
    site.send(full_of_birds(bird("subject")))
    assert wait_until(lambda: "takes no letters" in site.log_text(), 20), site.log_text()
    status = site.maild("status")
    assert status.returncode == 1
    assert BIRD not in status.stdout
    assert "535 5.7.8" in status.stdout
    assert site.stop() == 0
    assert_silent(site)


def test_a_letter_and_an_arrival_are_a_line_each_and_the_line_is_whole(site: Site, sink: Sink) -> None:
    """What the README says of the two lines."""
    for _ in range(2):
        site.send(mail("Ann Berg <ann@kunde.example>", "Skriver", "Den står."))
    sink.wait("ack", count=2)
    assert wait_until(lambda: len([x for x in lines(site) if x["event"] == "letter"]) == 4, 10)
    first, second = [line for line in lines(site) if line["event"] == "arrival"]
    assert set(first) == {
        *("event", "level", "timestamp", "incoming", "source", "fate", "case", "events", "size", "kind", "sender"),
        *("wait_ms", "read_ms", "settle_ms", "policy"),
    }
    assert (first["source"], first["fate"], first["case"], first["kind"]) == ("smtp", "settled", "1001", "person")
    assert first["events"] == ["opened", "assigned", "acknowledged", "told"]
    assert first["sender"] == second["sender"]
    assert re.fullmatch("[0-9a-f]{12}", str(first["sender"]))
    # Which of the two leaves first is up to the couriers.
    acks = [line for line in lines(site) if line["event"] == "letter" and line["kind"] == "ack"]
    letter = next(line for line in acks if line["case"] == "1001")
    assert set(letter) == {
        *("event", "level", "timestamp", "outbox", "letter", "case", "kind", "fate", "attempts", "reply", "ms"),
    }
    assert (letter["case"], letter["fate"], letter["attempts"], letter["reply"]) == ("1001", "sent", 1, "250 2.0.0")


def test_an_error_is_told_by_its_class_and_place_alone() -> None:
    from maild.log import trace

    try:
        try:
            raise KeyError("inner secret")
        except KeyError as inner:
            raise ValueError("outer secret") from inner
    except ValueError as error:
        told = trace(error)
    assert "secret" not in told
    assert re.match(r"ValueError from KeyError at test_logs.py:\d+ in test_an_error", told)


def test_what_libraries_say_is_cut_to_where_they_said_it(tmp_path: Path) -> None:
    import subprocess
    import sys

    program = (
        "import asyncio, logging; from maild import log; log.configure('debug')\n"
        "logging.getLogger('aioimaplib').error('secret %s', 'secret')\n"
        "async def bad(): raise ValueError('secret')\n"
        "async def life():\n"
        "    loop = asyncio.get_running_loop(); loop.set_exception_handler(log.loop_fault)\n"
        "    loop.call_soon(lambda words: 1 / 0, 'secret'); task = loop.create_task(bad()); await asyncio.sleep(0.1); del task\n"
        "    import gc; gc.collect(); await asyncio.sleep(0.1)\n"
        "asyncio.run(life())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert len(told) == 3, done.stderr
    assert "secret" not in done.stderr
    assert [line.get("what") for line in told] == [None, "Exception in callback", "Task exception was"]
