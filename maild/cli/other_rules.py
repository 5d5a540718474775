"""other_rules: a site's configuration with other rules in place of its own.  Not a command itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from maild.config import Config


def with_rules(config: Config, folder: Path) -> Config:
    """The rules in this folder; or its rules/, and its templates/ if it has such."""
    whole = (folder / "rules").is_dir()
    theirs = folder / "templates" if whole and (folder / "templates").is_dir() else config.templates
    return replace(config, rules=folder / "rules" if whole else folder, templates=theirs)
