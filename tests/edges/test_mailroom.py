"""What the doors deliver to, where the disk is not as it should be."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts import pristine

from maild.edges.mailroom import Mailroom
from maild.errors import Refused, TryLater


def mailroom(state: Path, min_free: int) -> Mailroom:
    return Mailroom(None, lambda: None, b"key", state, min_free, None)  # type: ignore[arg-type, return-value]


def test_a_disk_that_is_nearly_full_takes_no_mail(tmp_path: Path) -> None:
    with pytest.raises(TryLater) as refused:
        mailroom(tmp_path, 1 << 62).room()
    assert (refused.value.code, refused.value.status) == (452, "4.3.1")


def test_a_state_folder_that_went_away_is_told_to_the_client(tmp_path: Path) -> None:
    with pytest.raises(TryLater) as refused:
        mailroom(tmp_path / "gone", 1).room()
    assert (refused.value.code, refused.value.status) == (451, "4.3.0")


DOOR = """
- {name: a network, when: {client: 198.51.100.0/24, recipient: support@desk.example}, refuse: call us}
- {name: not now, when: {sender: {ends: '@slow.example'}}, refuse: come again, later: true}
"""
DESK = "support: {addresses: [support@desk.example], name: Support, language: en, zone: Europe/Oslo}"
PEOPLE = "kari: {name: Kari, addresses: [kari@staff.example]}"


@pytest.fixture
def ruled(tmp_path: Path) -> Mailroom:
    """With the rules of a door."""
    (tmp_path / "rules").mkdir()
    for name, text in (("desks", DESK), ("people", PEOPLE), ("door", DOOR)):
        (tmp_path / "rules" / f"{name}.yaml").write_text(text)
    policy = pristine.policy(tmp_path / "rules", tmp_path / "templates")
    return Mailroom(None, lambda: policy, b"key", tmp_path, 1, None)  # type: ignore[arg-type]


def test_the_rules_of_the_door_are_asked_of_the_plain_address(ruled: Mailroom) -> None:
    refused = ruled.refuses("198.51.100.7", "ann@acme.example", "Support+r1aabbccddee@desk.example")
    assert isinstance(refused, Refused)
    assert (refused.code, refused.status, refused.text) == (550, "5.7.1", "call us")
    later = ruled.refuses("192.0.2.1", "Eve@Slow.example", "support@desk.example")
    assert isinstance(later, TryLater)
    assert (later.code, later.text) == (450, "come again")


def test_whom_no_rule_of_the_door_means_is_taken(ruled: Mailroom) -> None:
    assert ruled.refuses("192.0.2.1", "ann@acme.example", "support@desk.example") is None
    assert ruled.refuses("198.51.100.7", "ann@acme.example", "postmaster@desk.example") is None
