"""After a change of the policy open cases are looked at anew, some at a time; what was told is not loosened.  Open 8 to 16 in Oslo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from parts import duty, pristine
from parts.house import House
from parts.mails import mail
from parts.promised import RESPONSE, SOLUTION, entry, hours, promise
from parts.sink import Sink
from parts.site import Site

from maild.edges import rederive
from maild.erasing import happen
from maild.model.events import Archived, Priority
from maild.model.moved import Moved
from maild.store import policies, rederiving
from maild.store.database import Database
from maild.store.rederiving import Progress
from maild.store.views import case_id

ANN = "Ann Berg <ann@kunde.example>"
CUSTOMERS = "kunde:\n  name: Kunde AS\n  domains: [kunde.example]\n"
NINE = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    url = pristine.postgresql(request.getfixturevalue("postgres")) if request.param == "postgresql" else ""
    given = {"desks": duty.DESKS, "people": duty.people("nb"), "calendars": duty.CALENDARS, "customers": CUSTOMERS}
    made = House(tmp_path, url=url, **given)
    made.now = NINE
    yield made
    made.database.close()


def in_force(house: House) -> None:
    with house.session.transaction():
        policies.use(house.session, house.policy.hash, "here", house.now)


def anew(house: House, most: int = 200) -> Progress | None:
    """The policy as it is now comes into force."""
    in_force(house)
    while step(house, most):
        pass
    return finish(house)


def step(house: House, most: int = 200) -> int:
    with house.session.transaction():
        return rederive.step(house.session, house.policy, house.now, most)


def finish(house: House) -> Progress | None:
    with house.session.transaction():
        return rederive.finish(house.session, house.policy, house.now)


def moved(house: House, most: int = 200) -> Moved:
    found = anew(house, most)
    assert found is not None
    return found.moved


def row(house: House, number: str = "1001") -> tuple[dict[str, str], str, bool]:
    """When what is due (on a Monday in Oslo), when it wakes, and whether that is by the policy in force."""
    found = house.session.one("SELECT due, wake_at, policy FROM cases WHERE number=?", (number,))
    assert found is not None
    return (
        {k: clock(v) for k, v in json.loads(found[0] or "{}").items()},
        clock(found[1]),
        found[2] == house.policy.hash,
    )


def clock(at: int | None) -> str:
    return datetime.fromtimestamp(at / 1000 + 3600, UTC).strftime("%a %H:%M") if at else ""


def begun(house: House, *, told: bool = True, **promised: object) -> None:
    """A case by that policy."""
    promise(house, **promised)  # type: ignore[arg-type]
    in_force(house)
    if told:
        house.mail(ANN, "Skriver", "Den står.")
    else:
        house.mail("postmaster@kunde.example", "Skriver", "Den står.", Auto_Submitted="auto-replied")


def test_what_is_promised_sooner_is_due_sooner(house: House):
    begun(house, medium={RESPONSE: hours(4)})
    assert row(house) == ({"first_response": "Mon 13:00"}, "Mon 13:00", True)
    promise(house, medium={RESPONSE: hours(2)})
    assert moved(house) == Moved(cases=1, earlier=1)
    assert row(house) == ({"first_response": "Mon 11:00"}, "Mon 11:00", True)


def test_what_was_told_is_not_loosened(house: House):
    begun(house, medium={RESPONSE: hours(4), SOLUTION: hours(5)})
    promise(house, medium={RESPONSE: hours(6), SOLUTION: hours(6)})
    assert moved(house) == Moved(cases=1, later=1, held=1), "by when it is solved nobody was told"
    assert row(house) == ({"first_response": "Mon 13:00", "resolution": "Mon 15:00"}, "Mon 13:00", True)


def test_nor_where_nothing_is_promised_any_more(house: House):
    begun(house, medium={RESPONSE: hours(4), SOLUTION: hours(5)})
    promise(house)
    assert moved(house) == Moved(cases=1, gone=1)
    assert row(house) == ({"first_response": "Mon 13:00"}, "Mon 13:00", True)


def test_what_was_told_nobody_is_gone_with_its_promise(house: House):
    begun(house, told=False, medium={RESPONSE: hours(4)}, low={RESPONSE: hours(4)})
    assert row(house)[0] == {}


def test_a_first_promise_is_one_for_the_cases_that_are_open(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    office = house.policy.calendar_of("support")
    own = entry(office, {Priority.MEDIUM: {RESPONSE: hours(1)}}, key="kunde", organisations=("kunde",))
    promise(house, own, medium={RESPONSE: hours(4)})
    house.now += hours(0.5)
    assert moved(house) == Moved(cases=1, fresh=1)
    assert row(house)[0] == {"first_response": "Mon 10:00"}, "since its mail came, as her organisation is promised"
    assert house.kinds("1001")[-1] == "clocked"


def test_a_case_of_an_older_release_is_folded_anew(house: House):
    promise(house, medium={RESPONSE: hours(4), SOLUTION: hours(6)})
    house.mail(ANN, "Skriver", "Den står.")
    house.now += hours(1)
    house.reply(house.newest("1001"), "Vi ser på det.")
    (state,) = house.session.one("SELECT state FROM cases") or ("",)
    old = {name: value for name, value in json.loads(state).items() if name != "clocks"}
    with house.session.transaction():
        house.session.execute("UPDATE cases SET state=?, policy='', wake_at=NULL, due=NULL", (json.dumps(old),))
        house.session.execute("DELETE FROM event WHERE kind IN ('clocked', 'pledged')")
    anew(house)
    assert row(house) == ({"resolution": "Mon 15:00"}, "Mon 15:00", True), "it is answered"
    house.reply(house.newest("1001"), "/prio høy")
    assert row(house)[0] == {}, "what is read of it is folded, too"


def test_whoever_is_ended_in_the_middle_goes_on_where_he_was(house: House):
    promise(house, medium={RESPONSE: hours(4)})
    for number in range(5):
        house.mail(ANN, f"Skriver {number}", "Den står.")
    promise(house, medium={RESPONSE: hours(2)})
    in_force(house)
    assert step(house, 2) == 2
    assert finish(house) is None, "there is more to do"
    house.session = house.database.session()
    assert moved(house, 2) == Moved(cases=5, earlier=5)
    assert finish(house) is None, "it is said once"


def test_by_a_policy_that_is_not_in_force_nothing_is_looked_at(house: House):
    begun(house, medium={RESPONSE: hours(4)})
    promise(house, medium={RESPONSE: hours(2)})
    assert step(house) == 0
    assert row(house)[0] == {"first_response": "Mon 13:00"}


def test_a_case_that_was_judged_by_the_policy_in_force_is_left_alone(house: House):
    begun(house, medium={RESPONSE: hours(4)})
    promise(house, medium={RESPONSE: hours(2)})
    in_force(house)
    house.reply(house.newest("1001"), "/notat Ringte henne.")
    assert (row(house)[2], step(house)) == (True, 0)


def test_an_erased_person_leaves_the_hour_at_which_it_wakes(house: House):
    """An event outside of all mails knows no policy."""
    begun(house, medium={RESPONSE: hours(4)})
    with house.session.transaction():
        happen(house.session, case_id(house.session, "1001"), Archived("admin:root"), "admin:root", house.now)
    assert row(house) == ({"first_response": "Mon 13:00"}, "Mon 13:00", True)


def test_what_is_left_to_do_is_found_without_looking_at_the_rest(tmp_path: Path):
    """On SQLite; PostgreSQL plans by what it has counted."""
    database = Database(str(pristine.sqlite(tmp_path / "maild.db")))
    (found,) = database.session().all(f"EXPLAIN QUERY PLAN {rederiving.question('<')}", ("", 1))
    assert "cases_open_policy (status=? AND policy<?)" in found[3]
    database.close()


def test_it_is_said_in_words():
    assert str(Moved(4120, earlier=312, later=8, held=40)) == (
        "4 120 open cases, 312 due earlier, 8 later, 40 held by what was told"
    )
    assert str(Moved(1)) == "1 open case, no date moved"


# --- a daemon ---------------------------------------------------------------------------------------------------------------------

PROMISED = "targets: {whoever: {medium: {first_response: %s}}}\n"


def test_reload_and_status_say_what_has_moved(site: Site, sink: Sink):
    site.send(mail(ANN, "Skriver", "Den står."))
    sink.wait("ack")
    rules = site.config.parent / "rules" / "sla.yaml"
    rules.write_text(PROMISED % "4h")
    assert site.maild("reload").stdout.endswith(" is active: 1 open case, 1 with a date that had none\n")
    rules.write_text(PROMISED % "2h")
    assert site.maild("reload").stdout.endswith(" is active: 1 open case, 1 due earlier\n")
    assert "promises  1 open case, 1 due earlier" in site.maild("status").stdout
    (case,) = [json.loads(line) for line in site.maild("case", "list", "--json").stdout.splitlines()]
    opened, due = (datetime.fromisoformat(at) for at in (case["opened_at"], case["due"]["first_response"]))
    assert 7195 <= (due - opened).total_seconds() <= 7200, "since it came in, which was a moment before it was opened"
    assert "answer by" in site.maild("case", "show", case["number"]).stdout
