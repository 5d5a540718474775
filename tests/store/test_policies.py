"""A policy is kept whole: what comes out of the database is what was loaded, whatever became of the files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.house import ROOT, House, Maker

from maild import policies
from maild.policy import build, texts
from maild.store import policies as store

ROUTING = """
- name: printers
  when: {subject: skriver}
  set: {priority: high}
  because: Printers are dear to us
"""


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[Maker]:
    made: list[House] = []

    def make(routing: str = "") -> House:
        made.append(House(tmp_path, routing))
        return made[-1]

    yield make
    for house in made:
        house.database.close()


def kept(house: House) -> str:
    with house.session.transaction():
        return policies.remember(house.session, house.policy, "here", house.now).hash


def test_a_policy_comes_out_as_it_went_in_whatever_became_of_its_files(make_house: Maker) -> None:
    house = make_house(ROUTING)
    own = house.folder / "templates" / "nb"
    own.mkdir(parents=True)
    (own / "ack.txt").write_text("Subject: Takk skal du ha\n\nVi ser på det.\n")
    (own / "words.txt").write_text("priority.high: brenner\n")
    house.load()
    value, before = kept(house), house.policy
    shutil.rmtree(house.folder / "rules")
    shutil.rmtree(own)
    after = policies.restored_policy(house.session, value)
    assert (after.hash, after.files, after.rules[0].set) == (before.hash, before.files, before.rules[0].set)
    assert build.hash_of(after.files) == value
    said = {"priority": "high"}
    assert after.texts.render("ack", "nb", said) == before.texts.render("ack", "nb", said)
    assert after.texts.vocabulary.word("close", "nb") == before.texts.vocabulary.word("close", "nb")


def test_what_ships_is_kept_once_for_all_policies(make_house: Maker) -> None:
    house = make_house(ROUTING)
    kept(house)
    (house.folder / "rules" / "routing.yaml").write_text(ROUTING.replace("high", "low"))
    house.load()
    kept(house)
    assert house.session.one("SELECT count(*) FROM policy") == (2,)
    assert house.session.one("SELECT count(*) FROM shipped") == (1,)


def test_the_hash_covers_what_ships_and_the_release(make_house: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    house = make_house(ROUTING)
    before = house.policy.hash
    monkeypatch.setattr(build, "__version__", "99.9")
    after = build.load(house.folder / "rules", lambda: texts.load(house.folder / "templates", ROOT / "templates"))
    assert after.hash != before
    assert after.files[build.VERSIONS].startswith("maild 99.9\n")
    assert any(name.startswith(texts.SHIPPED) for name in after.files)


def test_the_uses_are_a_history_and_the_same_again_is_none(make_house: Maker) -> None:
    house = make_house(ROUTING)
    first = kept(house)
    assert kept(house) == first
    (house.folder / "rules" / "routing.yaml").write_text("")
    house.load()
    second = kept(house)
    assert [(one.number, one.hash) for one in store.uses(house.session, 9)] == [(2, second), (1, first)]
    assert store.beginning(house.session, "active") == [second]
    assert store.beginning(house.session, "previous") == [first]
    assert store.beginning(house.session, first[:8]) == [first]


def test_a_policy_of_before_templates_were_kept_takes_those_of_today(make_house: Maker) -> None:
    house = make_house(ROUTING)
    value = kept(house)
    house.session.execute("UPDATE policy SET shipped=''")
    assert policies.restored_policy(house.session, value).files == house.policy.files


def test_one_that_was_never_kept_is_not_there(make_house: Maker) -> None:
    house = make_house()
    with pytest.raises(KeyError):
        policies.restored_policy(house.session, "0" * 64)
