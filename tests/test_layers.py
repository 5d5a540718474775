"""Imports go only downward, and the pure rooms are pure.  ARCHITECTURE, "Rooms"."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent / "maild"
EDGE_ROOMS = {"edges", "settle", "rehearse", "mail", "policy", "decide", "store", "model"}
# A room (or a module beside the rooms) and what it may import of ours, beside itself.
MAY = {
    "model": set(),
    "mail": {"model"},
    "policy": {"model"},
    "decide": {"model"},
    "store": {"model"},
    "settle": {"mail", "policy", "decide", "store", "model"},
    "rehearse": {"mail", "policy", "decide", "store", "model", "settle"},
    "rule_tests": {"decide", "model", "policy", "rehearse"},
    "policies": {"places", "policy", "store", "model"},
    "replays": EDGE_ROOMS | {"config", "places", "policies", "keyring", "edges"},
    "simulations": EDGE_ROOMS | {"config", "replays", "edges"},
    "orders": {"store", "model", "erasing"},
    "erasures": set(),
    "mentions": {"mail", "store", "model"},
    "tracing": {"mail", "store", "model", "mentions"},
    "erasing": {"mail", "decide", "store", "model", "mentions", "tracing", "erasures"},
    "expiring": {"store", "model", "erasing"},
    "edges": EDGE_ROOMS | {"config", "log", "places", "erasing", "expiring", "erasures", "tracing"},
    "keyring": {"mail", "store", "model"},
    "backups": {"mail", "store", "model", "config", "places", "keyring"},
    "config": {"model", "places", "config_schema"},
    "config_schema": {"model", "places", "config", "config_forms", "config_mailboxes", "policy"},
    "config_mailboxes": {"model", "config", "config_forms", "policy"},
    "config_forms": {"model", "policy"},
    "errors": set(),
    "places": set(),
    "log": set(),
    "notify": set(),
}
# What builds the house may know all of it, but for the doors that stand beside it.
TOP = ("cli", "daemon", "current", "dispatch", "founding", "__init__", "__main__")
PURE = ("model", "mail", "decide", "policy")
IMPURE = {
    "time",
    "random",
    "os",
    "asyncio",
    "peewee",
    "playhouse",
    "socket",
    "sqlite3",
    "secrets",
    "subprocess",
    "threading",
}
MODULES = sorted(HOUSE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where a module stands"
            yield str(node.module)
            yield from (f"{node.module}.{name.name}" for name in node.names if node.module == "maild")


def calls(tree: ast.AST) -> Iterator[str]:
    """The clock by any name, and the builtin open (a function of the module's own may be called so)."""
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id == "open" and "open" not in own:
            yield "open"
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("now", "utcnow", "today"):
            yield node.func.attr


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_module_imports_only_what_lies_below_it(path: Path) -> None:
    here = room(path)
    allowed = MAY.get(here)
    ours = {name.split(".")[1] for name in imports(ast.parse(path.read_text("utf-8"))) if name.startswith("maild.")}
    if allowed is not None:
        # errors is the vocabulary of failure: everybody may speak it.
        assert ours <= allowed | {here, "errors", "__version__"}, (
            f"{here} may not import {ours - allowed - {here, 'errors'}}"
        )
    else:
        assert here in TOP, f"{here} has no place in the house: give it one in MAY"


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) in PURE], ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_pure_module_asks_neither_clock_nor_chance_nor_disk(path: Path) -> None:
    # policy/ opens its files, once, at load.
    tree = ast.parse(path.read_text("utf-8"))
    banned = {name.split(".")[0] for name in imports(tree)} & IMPURE
    assert not banned, f"a pure room imports {banned}"
    used = set(calls(tree)) - ({"open"} if room(path) == "policy" else set())
    assert not used, f"a pure room calls {used}"
