"""places: where the files that ship with maild stand, and where the service keeps its own.  shipped("rules") -> folder.

In a wheel they are inside the package (maild/_data/rules), in a checkout at its top level (rules/).
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
# As systemd's units name them: ConfigurationDirectory= and StateDirectory=.
SITE, STATE = Path("/etc/maild"), Path("/var/lib/maild")


def shipped(name: str) -> Path:
    """The folder `name`: rules, templates, migrations, man or systemd."""
    inside = PACKAGE / "_data" / name
    return inside if inside.is_dir() else PACKAGE.parent / name
