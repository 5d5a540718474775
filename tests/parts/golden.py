"""golden: texts that stand in a file beside the tests.

golden(name, text); MAILD_GOLDEN=write writes them anew: then read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "golden"


def golden(name: str, text: str) -> None:
    """The text is that of tests/golden/NAME."""
    file = FOLDER / name
    if os.environ.get("MAILD_GOLDEN") == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8"), f"{name} differs: if that is meant, write it anew with MAILD_GOLDEN=write"
