"""The morning's letter: what there is to do, once a day, and only if there is anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from parts.house import Got, House

from maild.decide import agenda
from maild.edges import ticker
from maild.store import incoming

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"
KARI = "kari: {name: Kari Nordmann, addresses: [kari@staff.example]%s}\n"
OLA = "ola: {name: Ola Hansen, addresses: [ola@staff.example]%s}\n"
NOBODY = "- {name: nobody, set: {handler: none}}\n"
Make = Callable[..., House]


@pytest.fixture
def make(tmp_path: Path):  # type: ignore[no-untyped-def]
    made: list[House] = []

    def house(people: str = KARI % "", routing: str = "") -> House:
        made.append(House(tmp_path, routing, people=people))
        return made[-1]

    yield house
    for one in made:
        one.database.close()


def until(house: House, at: datetime) -> None:
    house.wait(seconds=(at - house.now).total_seconds())


def tuesday(hour: int, minute: int = 0) -> datetime:
    """In UTC: Oslo is an hour ahead in March."""
    return datetime(2026, 3, 3, hour, minute, tzinfo=UTC)


def test_it_comes_at_half_past_seven_with_what_waits_and_only_once(make: Make) -> None:
    house = make()
    house.mail(ANN, "Skriver virker ikke", "Den står.")
    house.letters()
    until(house, tuesday(6, 29))
    assert house.letters() == []
    until(house, tuesday(6, 30))
    (digest,) = house.letters()
    assert (digest.kind, digest.to, digest.subject) == ("digest", "kari@staff.example", "Kundeservice: Venter på deg 1")
    assert "1 dag · #1001 · Ann Berg · Skriver virker ikke · ny" in digest.text
    assert digest.mail["Auto-Submitted"] == "auto-generated"
    until(house, tuesday(12))
    assert house.letters() == []
    until(house, tuesday(6, 31) + timedelta(days=1))
    assert "2 dager · #1001" in house.letters("digest")[0].text


def test_a_morning_with_nothing_to_do_has_no_letter(make: Make) -> None:
    house = make()
    house.mail(ANN, "Skriver", "Den står.")
    (notice,) = house.letters("notice")
    house.reply(notice, "Slå den av og på.")
    house.wait(seconds=61)
    house.letters()
    until(house, tuesday(7))
    assert house.letters() == [], "it is the customer's turn"


def test_each_case_stands_where_it_belongs(make: Make) -> None:
    house = make(
        KARI % "" + OLA % ", desks: drift, digest: none",
        "- {name: a, when: {subject: {contains: fri}}, set: {handler: none}}\n- {name: b, set: {handler: kari}}\n",
    )
    for subject in ("Skriver", "Nett", "fri sak", "Mus"):
        house.mail(ANN if subject != "Mus" else BO, subject, "Hei.")
    notices = {
        letter.subject.partition("] ")[2]: letter for letter in house.letters("notice") if letter.to.startswith("kari")
    }
    house.reply(notices["Nett"], "/vent tir 14:00")
    house.reply(notices["Mus"], "/vent 9d")
    house.letters()
    until(house, tuesday(6, 30))
    (digest,) = house.letters("digest")
    assert digest.subject == "Kundeservice: Tas opp igjen i dag 1 · Venter på deg 1 · Uten saksbehandler 1"
    found = re.findall(r"^(?:== (\w[^\n]*) \(\d+\) ==|[^\n]* · (#\d+) · [^\n]*)\r?$", digest.text, re.M)
    assert [one or two for one, two in found] == [
        "Tas opp igjen i dag",
        "#1002",
        "Venter på deg",
        "#1001",
        "Uten saksbehandler",
        "#1003",
    ]


@pytest.mark.parametrize(
    ("language", "desk", "hour", "line", "away"),
    [
        ("nb", "support", 6, "1 dag · #1001 · Ann Berg · Skriver · ny", "/borte til fredag"),
        ("nn", "drift", 6, "1 dag · #1001 · Ann Berg · Skriver · ny", "/borte til fredag"),
        ("sl", "podpora", 6, "1 dan · #P-1001 · Ann Berg · Skriver · nov", "/odsoten do petka"),
        ("en", "help", 7, "1 day · #2026-0001 · Ann Berg · Skriver · new", "/away until fri"),
    ],
)
def test_it_comes_by_the_clock_and_in_the_language_of_the_handler_s_desk(
    make: Make, language: str, desk: str, hour: int, line: str, away: str
) -> None:
    others = ", ".join(key for key in ("support", "drift", "podpora", "help") if key != desk)
    house = make(KARI % f", desks: {desk}" + OLA % f", desks: [{others}], digest: none")
    house.mail(ANN, "Skriver", "Den står.", f"{desk}@desk.example")
    house.letters()
    until(house, tuesday(hour, 29))
    assert house.letters() == []
    until(house, tuesday(hour, 30))
    (digest,) = house.letters()
    assert digest.mail["Content-Language"] is None, "it is said in the parts"
    assert line in digest.text
    assert away in digest.text


def test_the_links_of_a_case_are_answers_to_the_digest_that_name_the_case(make: Make) -> None:
    house = make()
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    until(house, tuesday(6, 30))
    (digest,) = house.letters()
    links = re.findall(r"<mailto:([^?>]+)\?subject=[^&>]*&body=([^>]*)>", digest.text)
    assert [unquote(body).strip() for _, body in links] == ["#1001 ta", "#1001 vent 3d", "#1001 lukk"]
    assert {unquote(address) for address, _ in links} == {digest.reply_to}
    assert all(len(link) < 500 for pair in links for link in pair)


def test_a_handler_chooses_the_hour_or_none(make: Make) -> None:
    house = make(KARI % ', digest: "09:15"' + OLA % ", digest: none", NOBODY)
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    until(house, tuesday(8, 14))
    assert house.letters() == []
    until(house, tuesday(8, 15))
    assert [digest.to for digest in house.letters()] == ["kari@staff.example"]


def test_a_case_that_came_since_the_hour_is_no_news_of_the_morning(make: Make) -> None:
    house = make()
    until(house, tuesday(6, 31))
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    until(house, tuesday(7))
    assert house.letters() == []


def test_after_days_of_silence_only_today_s_comes_and_none_in_the_evening(make: Make) -> None:
    house = make()
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    until(house, tuesday(9) + timedelta(days=4))
    assert len(house.letters("digest")) == 1
    until(house, tuesday(20) + timedelta(days=9))
    assert house.letters("digest") == []


def test_two_nodes_that_see_the_hour_at_once_make_one_letter_of_it(make: Make) -> None:
    house = make()
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    house.now = tuesday(6, 30)
    for session in (house.session, house.database.session()):
        with session.transaction():
            ticker.mornings(session, house.policy, house.now)
    house.settle()
    assert len(house.letters("digest")) == 1
    with house.session.transaction():
        assert not incoming.morning(house.session, "kari", "2026-03-03", tuesday(6, 30))


@pytest.mark.parametrize("day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
@pytest.mark.parametrize("hour", ["02:30", "07:30", "00:00", "23:59"])
def test_a_day_with_a_changed_clock_has_one_hour_like_any_other(make: Make, day: datetime, hour: str) -> None:
    house = make(KARI % f', digest: "{hour}"')
    minutes = (day - timedelta(days=1) + timedelta(minutes=n) for n in range(0, 3 * 24 * 60, 5))
    seen = {(name, at) for now in minutes for _, name, at in agenda.due(house.policy, now)}
    assert len(seen) == len({name for name, _ in seen})
    assert len([name for name, _ in seen if name == day.date().isoformat()]) == 1


def test_a_retired_handler_gets_none(make: Make) -> None:
    house = make()
    gone = replace(house.policy.handlers["kari"], retired=True)
    assert list(agenda.due(house.policy, tuesday(7)))
    assert not list(agenda.due(replace(house.policy, handlers={"kari": gone}), tuesday(7)))


def test_a_robot_that_answers_the_digest_opens_no_case(make: Make) -> None:
    house = make(KARI % "" + OLA % "")
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    until(house, tuesday(6, 30))
    (digest,) = house.letters("digest")
    house.reply(digest, "Your mail has been received.", Auto_Submitted="auto-generated")
    assert house.session.one("SELECT count(*) FROM cases") == (1,)


def test_a_stranger_s_words_turn_into_no_link_and_no_line_begins_with_a_command(make: Make) -> None:
    house = make()
    house.mail(
        '"/close <mailto:x@evil.example>" <ann@kunde.example>', "/lukk #1001 close <mailto:y@evil.example>", "Hei"
    )
    house.letters()
    until(house, tuesday(6, 30))
    (digest,) = house.letters()
    page = str(digest.mail.get_body(("html",)).get_content())  # type: ignore[union-attr]
    assert "evil" not in " ".join(re.findall(r'href="[^"]*"', page))
    assert not [row for row in digest.text.splitlines() if row.lstrip("> ")[:1] in ("/", "#", "!")]


def links_of(letter: Got) -> dict[str, tuple[str, str]]:
    """Label -> address and body."""
    found = re.findall(r"(\w[^:\n]*): <mailto:([^?>]+)\?subject=[^&>]*&body=([^>]*)>", letter.text)
    return {label.strip(): (unquote(address), unquote(body)) for label, address, body in found}


def test_a_touch_on_a_link_of_the_digest_does_it(make: Make) -> None:
    house = make()
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    until(house, tuesday(6, 30))
    (digest,) = house.letters()
    for label, status in (("Vent 3 dager", "on_hold"), ("Lukk", "solved")):
        address, body = links_of(digest)[label]
        house.mail("kari@staff.example", f"[#1001] {label}", body, address)
        assert house.case("1001")["status"] == status
        assert [letter.kind for letter in house.letters() if letter.to == digest.to] == ["receipt"]


def test_an_answer_to_the_digest_works_off_its_cases_or_says_i_am_away(make: Make) -> None:
    house = make()
    for subject in ("Skriver", "Mus"):
        house.mail(ANN, subject, "Hei.")
    house.letters()
    until(house, tuesday(6, 30))
    (digest,) = house.letters()
    house.reply(digest, "1001 lukk\n1002 prioritet høy")
    assert (house.case("1001")["status"], house.case("1002")["priority"]) == ("solved", "high")
    house.letters()
    house.reply(digest, "/borte til fredag")
    (receipt,) = house.letters("receipt")
    assert "du er borte til fredag 6. mars 2026 kl. 08:00" in receipt.text
    until(house, tuesday(6, 30) + timedelta(days=1))
    assert house.letters("digest") == [], "no digest while she is away"
    house.reply(digest, "tilbake")
    assert "velkommen tilbake" in house.letters("receipt")[0].text


def test_what_was_promised_and_is_not_done_stands_first(make: Make) -> None:
    house = make()
    for subject in ("Mus", "Skriver"):
        house.mail(ANN, subject, "Hei.")
    _, notice = house.letters("notice")
    house.reply(notice, "/frist i dag 15:00\n/vent 9d")
    house.letters()
    until(house, tuesday(6, 30))
    (digest,) = house.letters("digest")
    assert digest.subject == "Kundeservice: Over fristen 1 · Venter på deg 1"
    assert digest.text.index("#1002") < digest.text.index("#1001")
