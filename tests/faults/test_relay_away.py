"""The relay says no, not now, or nothing for days: each letter comes to its end, and the others go on."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from typing import Any

from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site, planted

ANN = "Ann Berg <ann@kunde.example>"
TO_ANN = "RCPT ann@kunde.example"
DAYS = 3 * 86_400_000
AWAY = "the relay takes no letters"
SOON = "from maild.edges import relay; relay.OUTAGE = (0.3,)"


def of_ann(site: Site, *words: str) -> Any:
    [row] = [row for row in site.queue(*words) if row["queue"] == "outbox" and row["kind"] == "ack"]
    return row


def test_a_recipient_that_the_relay_refuses_is_told_to_the_handler_and_not_asked_again(site: Site, sink: Sink) -> None:
    sink.answers[TO_ANN] = b"550 5.1.1 no such user"
    site.send(mail(ANN, "Skriver", "Den står."))
    [note] = sink.wait("bounce", to="kari@staff.example")
    assert note.case == "1001"
    assert sink.of("notice", to="kari@staff.example"), "the handler's own letter is not held up"
    assert "bounced" in [event["kind"] for event in site.case("1001")["events"]]
    row = of_ann(site)
    assert (row["state"], row["attempts"], sink.asked["ann@kunde.example"]) == ("failed", 1, 1)
    assert "5.1.1" in row["error"]


def test_a_greylisted_letter_leaves_once_and_keeps_its_name(site: Site, sink: Sink) -> None:
    sink.answers[TO_ANN] = b"451 4.7.1 greylisted, come again in five minutes"
    site.send(mail(ANN, "Skriver", "Den står."))
    sink.wait("notice", to="kari@staff.example")
    assert wait_until(lambda: of_ann(site)["state"] == "deferred")
    row = of_ann(site)
    del sink.answers[TO_ANN]
    # A minute later, as when it comes of itself.
    assert site.maild("queue", "retry", row["id"]).returncode == 0
    [ack] = sink.wait("ack")
    assert ack.message_id == row["message_id"]
    assert wait_until(lambda: of_ann(site, "--all")["state"] == "done")
    assert len(sink.of("ack")) == 1


def test_what_waited_three_days_leaves_in_order_and_whole(make_site: Callable[..., Site]) -> None:
    before = Sink()
    site = make_site()
    text = site.config.read_text("utf-8")
    site.config.write_text(text.replace(site.relay, before.address), "utf-8")
    before.close()
    site.program = planted(SOON)
    site.impatient().start()
    for number, subject in enumerate(("Skriver", "[#1001] Skriver", "[#1001] Skriver", "Kaffe")):
        site.send(mail(ANN, subject, f"Melding {number}."))
    assert wait_until(lambda: "1002" in {case["number"] for case in site.cases()}), site.log_text()[-2000:]
    assert wait_until(lambda: AWAY in site.log_text())
    assert site.stop() == 0
    waiting, calls = sorted(row[0] for row in _outbox(site)), site.log_text().count(AWAY)
    with sqlite3.connect(site.folder / "site" / "state" / "maild.sqlite") as database:
        database.execute(f"UPDATE outbox SET created_at=created_at-{DAYS}, due_at=due_at-{DAYS}")
    site.start()
    assert wait_until(lambda: site.log_text().count(AWAY) > calls + 1)
    assert "failed" not in [row[1] for row in _outbox(site)]
    after = Sink(before.port)
    after.wait(count=len(waiting))
    assert sorted(letter.message_id for letter in after.letters) == waiting
    _in_order(after)
    assert wait_until(lambda: {row[1] for row in _outbox(site)} == {"done"})
    after.close()


def _outbox(site: Site) -> list[tuple[str, str]]:
    """All letters as they stand in the database: a command costs a second.  What joined a burst is in another one."""
    place = f"file:{site.folder}/site/state/maild.sqlite?mode=ro"
    with contextlib.closing(sqlite3.connect(place, uri=True)) as database:
        return database.execute("SELECT message_id, state FROM outbox WHERE state<>'cancelled'").fetchall()


def _in_order(sink: Sink) -> None:
    lanes: dict[tuple[str, str], list[str]] = {}
    for letter in sink.letters:
        lanes.setdefault((letter.case, letter.recipients[0]), []).append(letter.text)
    for texts in lanes.values():
        said = [number for text in texts for number in range(4) if f"Melding {number}." in text]
        assert said == sorted(said)
