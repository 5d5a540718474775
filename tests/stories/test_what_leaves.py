"""What leaves: threads that hold together in Outlook, and no letter that another program would read differently."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from parts.house import Got, House
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import MAILD, Site, planted

ANN = "Ann Berg <ann@kunde.example>"
START = bytes([1]) + bytes.fromhex("dca9f0a1b2") + bytes(range(16))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def start(letter: Got) -> bytes:
    return b64decode(str(letter.mail["Thread-Index"]))[:22]


def test_all_letters_of_a_case_go_on_with_the_customer_s_conversation(house: House) -> None:
    house.mail(ANN, "Skriver", "Den står.", Thread_Index=b64encode(START).decode())
    first = house.letters()
    house.reply(next(letter for letter in first if letter.kind == "notice"), "Åpne luken.")
    house.wait(minutes=2)
    assert {start(letter) for letter in first + house.letters()} == {START}


def test_a_case_that_no_outlook_began_has_a_conversation_of_its_own(house: House) -> None:
    house.mail(ANN, "Skriver", "Den står.")
    first = house.letters()
    own = {start(letter) for letter in first}
    assert len(own) == 1
    house.wait(minutes=5)
    ack = next(letter for letter in first if letter.kind == "ack")
    house.reply(ack, "Mer.", Thread_Index=b64encode(START).decode())
    house.wait(minutes=5)
    assert {start(letter) for letter in house.letters()} == own


def test_the_subject_stays_what_the_customer_first_wrote(house: House) -> None:
    house.mail(ANN, "SV: Skriver [Sak#77]", "Den står.")
    ack = next(letter for letter in house.letters() if letter.kind == "ack")
    assert ack.subject == "Re: Skriver [Sak#77] [#1001]"
    house.mail(
        ANN, "Re: Re: SV: [#1001] Noe helt annet", "Den står ennå.", ack.reply_to, In_Reply_To=ack.mail["Message-ID"]
    )
    house.wait(minutes=5)
    update = next(letter for letter in house.letters() if letter.kind == "update")
    house.reply(update, "Åpne luken.")
    house.wait(minutes=5)
    answer = next(letter for letter in house.letters() if letter.to == "ann@kunde.example")
    assert answer.subject == ack.subject


def test_a_letter_with_a_bug_in_it_never_leaves_and_says_why(make_site: Callable[..., Site], sink: Sink) -> None:
    site = make_site()
    site.program = planted(
        "from maild.mail import encode; real = encode.header\n"
        "encode.header = lambda n, v: real(n, v) + (b'Bcc: x@evil.example\\r\\n' if n == 'Subject' and 'bug' in v else b'')"
    )
    site.start()
    site.send(mail(ANN, "a bug", "Den står."))
    wait_until(lambda: any(row["state"] == "held" for row in site.queue()), 20)
    held = next(row for row in site.queue() if row["state"] == "held")
    assert "a header too many: bcc" in held["error"]
    assert "a header too many: bcc" in site.maild("queue", "list").stdout
    site.send(mail(ANN, "no such thing", "Den står."))
    wait_until(lambda: len(sink.letters) >= 2, 20)
    assert all("bug" not in str(letter.mail["Subject"]) for letter in sink.letters)


def test_a_letter_whose_files_have_a_bug_is_held_as_well(make_site: Callable[..., Site], sink: Sink) -> None:
    site = make_site()
    site.program = planted(
        "from maild.mail import assembly; assembly._disposition = lambda a: 'Content-Disposition: inline\\r\\nX-Evil: 1'"
    )
    site.start()
    made = mail(ANN, "Skriver", "Se bildet.")
    made.add_attachment(b"png", maintype="image", subtype="png", filename="bilde.png")
    site.send(made)
    wait_until(lambda: any(row["state"] == "held" for row in site.queue()), 20)
    held = next(row for row in site.queue() if row["state"] == "held")
    assert (held["queue"], held["kind"]) == ("outbox", "notice")
    assert held["error"] == "the letter would not say what it should: a part with a header that is not its own"
    assert [letter.mail["X-Maild-Kind"] for letter in sink.letters] == ["ack"]
    # With the bug gone, an admin lets it leave.
    site.stop()
    site.program = MAILD
    site.start()
    assert site.maild("queue", "retry", held["id"]).returncode == 0
    assert sink.wait("notice")[0].mail.is_multipart()
