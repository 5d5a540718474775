"""A short run of the fuzzer, always the same one: what it found once stays found."""

from __future__ import annotations

import random

import pytest
from fuzz.fuzz import CORPUS, run, smallest
from fuzz.hostile import MAILS
from fuzz.mutate import mail
from fuzz.promises import broken, costly


@pytest.mark.parametrize("seed", range(3))
def test_five_hundred_mails_keep_every_promise(seed: int) -> None:
    count, found = run(seed, lambda done: done >= 500)
    assert not [said for _, said in found]
    assert count == 500


def test_the_same_seed_gives_the_same_mails() -> None:
    one, other = ([mail(chance, CORPUS) for _ in range(20)] for chance in (random.Random(5), random.Random(5)))
    assert one == other


def test_a_finding_is_made_small() -> None:
    assert smallest(b"a" * 300 + b"needle" + b"b" * 300, lambda raw: "found" if b"needle" in raw else "") == b"needle"


@pytest.mark.parametrize("name", MAILS)
def test_a_hostile_mail_keeps_every_promise(name: str) -> None:
    assert broken(MAILS[name](60_000)) == ""


@pytest.mark.parametrize("name", MAILS)
def test_twice_a_hostile_mail_costs_about_twice(name: str) -> None:
    assert costly(MAILS[name](10_000)) == ""
