"""What an unproven sender may cause."""

from __future__ import annotations

import pytest
from making import MONDAY

from maild.decide import budget
from maild.model.limits import Limits


@pytest.mark.parametrize(
    ("which", "limit", "word"), [(0, 5, "one address"), (1, 20, "one domain"), (2, 200, "unknown senders")]
)
def test_each_budget_is_used_up_at_its_limit(which: int, limit: int, word: str):
    key = budget.keys("ann@kunde.example", MONDAY)[which]
    assert budget.exhausted("ann@kunde.example", MONDAY, {key: limit - 1}, Limits()) == ""
    assert word in budget.exhausted("ann@kunde.example", MONDAY, {key: limit}, Limits())


def test_an_address_counts_whatever_its_case():
    assert budget.keys("Ann@Kunde.example", MONDAY) == budget.keys("ann@kunde.example", MONDAY)


def test_the_address_itself_is_not_kept():
    assert "kunde" not in str(budget.keys("ann@kunde.example", MONDAY))
