"""The storm finds what it looks for: a daemon with a bug in it is found out, each by the promise that it breaks.

All of them: `python -m storm.mutations`.  m4 (synchronous=NORMAL) is planted in test_power_cut.py and test_sync_before_250.py.
"""

from __future__ import annotations

import pytest
from storm.mutations import MUTATIONS

HERE = [name for name in MUTATIONS if name != "m4"]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", HERE)
def test_a_planted_bug_is_caught(name: str) -> None:
    caught, broken = MUTATIONS[name].found_out(seed=7)
    assert caught, f"{MUTATIONS[name].what}: {broken}"
