"""templates/README.md tells a site's admin every letter, value and filter that there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.policy import samples, words

README = (Path(__file__).parent.parent.parent / "templates" / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", [*samples.NAMES, *sorted(samples.VALUES), *words.filters({})])
def test_the_readme_names_it(name: str) -> None:
    assert f"`{name}`" in README
