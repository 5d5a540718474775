"""The parts that stories stand on hold by themselves."""

from __future__ import annotations

import smtplib

import psycopg
import pytest
from parts.mails import mail, wire
from parts.sink import Sink


def deliver(sink: Sink, kind: str) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as door:
        letter = mail("desk@desk.example", "Takk", "Hei\n.\n..\n", X_Maild_Kind=kind, X_Maild_Case="1042")
        door.sendmail("bounce@desk.example", ["ann@kunde.example", "bo@kunde.example"], wire(letter))


def test_the_sink_keeps_a_letter_as_it_was_sent(sink: Sink) -> None:
    deliver(sink, "ack")
    (kept,) = sink.wait("ack", to="bo@kunde.example")
    assert (kept.sender, kept.case, kept.text) == ("bounce@desk.example", "1042", "Hei\n.\n..\n")


def test_the_sink_tells_letters_apart_by_kind_and_recipient(sink: Sink) -> None:
    deliver(sink, "ack")
    deliver(sink, "notice")
    assert len(sink.of("notice")) == 1
    assert not sink.of("ack", to="cy@kunde.example")
    assert len(sink.of(to="ann@kunde.example")) == 2


@pytest.mark.parametrize(
    ("at", "reply", "raised"),
    [
        ("RCPT", b"451 4.2.0 later", smtplib.SMTPRecipientsRefused),
        ("DATA", b"554 5.7.1 no", smtplib.SMTPDataError),
        (".", b"452 4.3.1 full", smtplib.SMTPDataError),
    ],
)
def test_the_sink_refuses_when_told_to(sink: Sink, at: str, reply: bytes, raised: type[Exception]) -> None:
    sink.answers[at] = reply
    with pytest.raises(raised):
        deliver(sink, "ack")
    assert not sink.letters


def test_the_throw_away_postgres_is_durable_and_each_test_has_its_own_database(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as database:
        asked = [database.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]
        assert asked == [("on",), ("on",)]
        assert database.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
