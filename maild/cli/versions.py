"""versions: which maild this is, for `maild --version` and for whoever reads a report of a fault.

versions() -> lines; the first is "maild 0.1.0" and nothing else, so that a script can cut it.
"""

from __future__ import annotations

import importlib.metadata
import platform
import sqlite3
import sys

from maild import __version__
from maild.places import PACKAGE

# What an extra brings, by the name under which pip knows it.
EXTRAS = {"postgres": "psycopg", "fast": "uvloop", "lang": "lingua-language-detector"}


def versions() -> list[str]:
    """maild, what it stands on, and where it stands."""
    return [
        f"maild {__version__}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()} {platform.machine()}",
        f"Extras: {', '.join(f'{extra} ({_installed(name)})' for extra, name in EXTRAS.items())}",
        f"Installed in {PACKAGE}, run by {sys.executable}",
        "Free software under the GNU GPL, version 3 or later; no warranty.",
    ]


def _installed(name: str) -> str:
    try:
        return f"{name} {importlib.metadata.version(name)}"
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
