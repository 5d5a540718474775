"""What the doors deliver to, where the disk is not as it should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.edges.mailroom import Mailroom
from maild.errors import TryLater


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
