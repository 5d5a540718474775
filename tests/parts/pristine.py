"""pristine: what every small test needs and nobody changes, made once a process.

sqlite(path)            a database of this release's schema, as a copy of one that was migrated: a tenth of the price
postgresql(server)      the same on that server -> its URL
shipped()               the shipped letters, compiled as they are used
policy(rules, templates)    the policy of these files; the same files are the same policy

Tests of migrations, of loading and of whole daemons do these things themselves.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from maild.model.limits import Limits
from maild.model.policy import Policy
from maild.policy import build, texts
from maild.store import migrate
from maild.store.database import Database
from parts.postgres import Postgres

ROOT = Path(__file__).parents[2]
MIGRATIONS = ROOT / "migrations"


@cache
def _octets() -> bytes:
    with TemporaryDirectory(prefix="pristine") as folder:
        file = Path(folder) / "maild.db"
        made = Database(str(file))
        migrate.up(made, MIGRATIONS)
        # The last connection that closes moves the whole log into the file.
        made.close()
        assert [path.name for path in Path(folder).iterdir()] == [file.name]
        return file.read_bytes()


def sqlite(path: Path) -> Path:
    path.write_bytes(_octets())
    return path


@cache
def _template(server: Postgres) -> str:
    url = server.fresh()
    made = Database(url)
    migrate.up(made, MIGRATIONS)
    # PostgreSQL copies no database that somebody is in.
    made.close()
    return url.split("?")[0].rpartition("/")[2]


def postgresql(server: Postgres) -> str:
    return server.fresh(_template(server))


@cache
def shipped() -> texts.Templates:
    return texts.load(Path("no site's own"), ROOT / "templates")


def policy(rules: Path, templates: Path) -> Policy:
    """templates: the folder of the site's own letters, if it has some."""
    if templates.exists():
        return build.load(rules, lambda: texts.load(templates, ROOT / "templates"), Limits())
    # A policy is named by its release, too.
    asked = (build.__version__, tuple((path.name, path.read_bytes()) for path in sorted(rules.iterdir())))
    if asked not in _POLICIES:
        _POLICIES[asked] = build.load(rules, shipped, Limits())
    return _POLICIES[asked]


_POLICIES: dict[tuple[str, tuple[tuple[str, bytes], ...]], Policy] = {}
