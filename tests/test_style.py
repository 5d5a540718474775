"""The house's habits that no linter knows: lengths, names, pages, and nothing left for later."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "maild").rglob("*.py"))
ALL = [*MODULES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "migrations").rglob("*.py"))]
FILE, FUNCTION = 400, 50
BANNED = re.compile(r"(^|_)(manager|managers|helper|helpers|utils?|process|data|info)(_|$)|^do_")
# Names that are not ours: what libraries call back or hand over, an event's field that others read, the SMTP command.
THEIRS = {"handle_DATA", "smtp_DATA", "data_received", "data_size_limit", "tzdata", "wait_data", "info_name"}
CONTRACT = {"maild/model/recorded.py": {"data"}, "maild/edges/smtp_session.py": {"data"}}
LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE = re.compile(r"/work/(main|shared|briefs)|\.\./shared|/root/|https?://(pypi|files)\.")


def names(tree: ast.AST) -> Iterator[str]:
    """What this module names itself: functions, classes, arguments and variables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def ident(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=ident)
def test_a_module_starts_with_its_page(path: Path) -> None:
    source = path.read_text("utf-8")
    page = ast.get_docstring(ast.parse(source))
    assert page, "what is it, what goes in, what comes out, where are its limits?"


@pytest.mark.parametrize("path", ALL, ids=ident)
def test_files_and_functions_can_be_read_at_one_go(path: Path) -> None:
    source = path.read_text("utf-8")
    assert source.count("\n") <= FILE, f"{source.count(chr(10))} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= FUNCTION, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=ident)
def test_names_say_what_a_thing_is(path: Path) -> None:
    bad = {name for name in names(ast.parse(path.read_text("utf-8"))) if BANNED.search(name.lower())}
    assert not bad - THEIRS - CONTRACT.get(ident(path), set())


@pytest.mark.parametrize("path", [p for p in ALL if p != Path(__file__)], ids=ident)
def test_nothing_is_left_for_later_and_no_machine_is_named(path: Path) -> None:
    source = path.read_text("utf-8")
    assert not LATER.findall(source)
    assert not MACHINE.findall(source)
