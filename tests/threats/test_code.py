"""What is not in maild cannot be reached by a mail: no shell, no evaluation, no unpacking, no fetching.  Read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2] / "maild"
MODULES = {str(path.relative_to(HOUSE)): ast.parse(path.read_text("utf-8")) for path in sorted(HOUSE.rglob("*.py"))}
PROGRAMS = {"run", "Popen", "call", "check_call", "check_output", "create_subprocess_exec"}
EVALUATE = {"eval", "exec", "__import__"}


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module and name that is imported, as a.b.c."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def called(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with its name, as it is written."""
    yield from ((ast.unparse(node.func), node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def using(*wanted: str) -> dict[str, list[str]]:
    """The modules of ours that import these or what is in them."""
    found = {
        path: [name for name in imported(tree) if any(name == w or name.startswith(f"{w}.") for w in wanted)]
        for path, tree in MODULES.items()
    }
    return {path: names for path, names in found.items() if names}


def calling(*wanted: str) -> set[str]:
    """module: call, of these names."""
    return {f"{path}: {name}" for path, tree in MODULES.items() for name, _ in called(tree) if name in wanted}


def test_cve_2020_7247_no_mail_reaches_a_shell_or_an_evaluation():
    """RT CVE-2014-7227, CVE-2011-4458: addresses in a command line; here no module has a shell, and none evaluates text."""
    # ctypes: malloc_trim of the C library, without a word of anybody's.
    given_back = {"edges/memory.py": ["ctypes"]}
    assert using("pickle", "marshal", "shelve", "dill", "ctypes", "code", "pty", "commands") == given_back
    assert calling("os.system", "os.popen", "os.posix_spawn", "asyncio.create_subprocess_shell", *EVALUATE) == set()
    assert (
        calling("os.execv", "os.execve", "os.execvp", "os.spawnl", "os.spawnv", "yaml.load", "yaml.unsafe_load")
        == set()
    )


def test_cve_2011_4458_the_programs_that_are_run_stand_in_lists_in_a_few_places():
    """An address that starts with a hyphen is no option of anything: what runs programs never sees a mail."""
    places = set()
    for path, tree in MODULES.items():
        for name, call in called(tree):
            if name.rpartition(".")[2] not in PROGRAMS or name.partition(".")[0] not in ("subprocess", "asyncio"):
                continue
            if name in ("asyncio.run",):
                continue
            places.add(path)
            assert not [word.arg for word in call.keywords if word.arg in ("shell", "executable", "preexec_fn")], path
            assert not isinstance(call.args[0], ast.JoinedStr | ast.BinOp), f"{path}: a command line is put together"
    commands = {
        "cli/demo_site.py",
        "cli/doctor/clock.py",
        "cli/doctor/service.py",
        "cli/setup_steps.py",
        "store/dumping.py",
    }
    # The reader is our own interpreter, the pager a command of maild.yaml; what came by mail goes to their standard input.
    assert places == {"edges/reading.py", "replays/reading.py", "edges/pager.py", *commands}


def test_threat_26_nothing_that_came_by_mail_is_unpacked_or_drawn():
    assert (
        using(
            "tarfile", "gzip", "bz2", "lzma", "PIL", "xml", "lxml", "fitz", "pypdf", "openpyxl", "shutil.unpack_archive"
        )
        == {}
    )
    # One writes an archive for a person who wants to have what we know of her.
    assert set(using("zipfile")) == {"cli/person_export.py"}
    calls = [ast.unparse(node) for name, node in called(MODULES["cli/person_export.py"]) if name == "zipfile.ZipFile"]
    assert calls
    assert all("'w'" in call for call in calls)


def test_threat_29_nothing_fetches_what_a_mail_names():
    """HTTP is spoken where a mailbox's token is bought, to the endpoint of the configuration; pages are read as text."""
    web = using("urllib.request", "http.client", "requests", "httpx", "aiohttp", "urllib3", "ftplib", "webbrowser")
    assert set(web) == {"edges/imap_keys.py"}


def test_threat_17_no_certificate_goes_unread():
    """The one who looks at a certificate without believing it is our own door's watch."""
    blind = {
        path
        for path, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("CERT_NONE", "check_hostname", "_create_unverified_context")
    }
    assert blind == {"edges/certificate.py"}


@pytest.mark.parametrize(
    "planted", ["import os\nos.system('x')", "import subprocess\nsubprocess.run('x', shell=True)", "eval('x')"]
)
def test_the_reading_of_the_source_finds_what_is_there(planted: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(MODULES, "planted.py", ast.parse(planted))
    with pytest.raises(AssertionError):
        _both()


def _both() -> None:
    test_cve_2020_7247_no_mail_reaches_a_shell_or_an_evaluation()
    test_cve_2011_4458_the_programs_that_are_run_stand_in_lists_in_a_few_places()
