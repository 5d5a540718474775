"""The wheel, as pip and pipx install it: nothing missing, nothing too much, and it works far from any clone.

The wheel is installed alone (--no-deps) into an empty venv; what maild depends on is lent from the venv of the tests by a path
file, so that nothing is fetched.  maild itself is not lent: its own venv comes first, and the editable install is not followed.
"""

from __future__ import annotations

import email
import os
import signal
import smtplib
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from parts.mails import AUTHSERV, authenticated, mail
from parts.net import free_port, wait_until
from parts.sink import Sink
from test_style import MACHINE

from maild import __version__

pytestmark = pytest.mark.xdist_group("wheel")

ROOT = Path(__file__).parents[2]
ANN = "Ann Berg <ann@kunde.example>"
Run = Callable[..., subprocess.CompletedProcess[str]]


def build(source: Path, folder: Path) -> Path:
    """As pip does it, but for the network: the builder is the one of the tests' own venv."""
    words = [
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        str(folder),
        str(source),
    ]
    subprocess.run([sys.executable, *words], check=True, cwd=folder)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    words = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder)]
    subprocess.run(words, check=True, capture_output=True, cwd=ROOT)
    (made,) = folder.glob("*.tar.gz")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a venv where the wheel is."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, symlinks=True)
    words = ["-m", "pip", "-q", "--python", str(folder), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([sys.executable, *words], check=True, cwd=folder)
    (packages,) = folder.glob("lib/python3*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Run:
    def call(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(installed / "bin" / "maild"), *words],
            capture_output=True,
            text=True,
            timeout=100,
            cwd=tmp_path,
            env={**bare(), **environ},
        )

    return call


def bare() -> dict[str, str]:
    """Nothing that leads to the clone."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8"}


def content(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_the_wheel_holds_all_that_ships_and_nothing_of_the_tests(wheel: Path) -> None:
    found = content(wheel)
    for folder in ("migrations", "templates", "rules", "systemd", "man"):
        ours = {
            f"maild/_data/{p.relative_to(ROOT)}"
            for p in (ROOT / folder).rglob("*")
            if p.is_file() and p.suffix != ".pyc"
        }
        assert ours == {name for name in found if name.startswith(f"maild/_data/{folder}/")}
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "maild").rglob("*.py")}
    assert modules == {name for name in found if name.endswith(".py") and "/_data/" not in name}
    assert "maild/py.typed" in found
    tops = {name.split("/")[0] for name in found}
    assert tops == {"maild", f"maild-{__version__}.dist-info", f"maild-{__version__}.data"}
    assert not [name for name in found if "test" in name.split("/") or name.endswith(".pyc")]


def test_the_wheel_names_no_machine(wheel: Path) -> None:
    assert {name for name, octets in content(wheel).items() if MACHINE.search(octets.decode("latin-1"))} == set()


def test_pipx_finds_the_manual(wheel: Path) -> None:
    pages = {name.partition(".data/data/")[2] for name in content(wheel) if ".data/" in name}
    assert pages == {f"share/man/{page.relative_to(ROOT / 'man')}" for page in (ROOT / "man").glob("man?/*")}


def test_its_metadata_tell_licence_python_and_what_it_is(wheel: Path) -> None:
    found = content(wheel)
    told = email.message_from_bytes(found[f"maild-{__version__}.dist-info/METADATA"])
    assert (told["Name"], told["Version"], told["License-Expression"]) == ("maild", __version__, "GPL-3.0-or-later")
    assert told["Requires-Python"] == ">=3.11"
    assert found[f"maild-{__version__}.dist-info/licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()
    assert told.get_all("Project-URL") is None, "an address that is not there yet would be a lie"
    assert set(told.get_all("Provides-Extra") or ()) == {"postgres", "fast", "tnef", "lang", "google", "dev"}
    assert {"Typing :: Typed", "Operating System :: POSIX :: Linux"} <= set(told.get_all("Classifier") or ())


def test_the_source_distribution_builds_the_same_wheel(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as opened:
        names = opened.getnames()
    assert {"tests", "Makefile", "pyproject.toml", "LICENSE", "man"} <= {name.split("/")[1] for name in names}
    assert not [name for name in names if name.endswith(".pyc") or "/.venv" in name or "/.stamp" in name]
    assert content(build(sdist, tmp_path)) == content(wheel)


def test_it_says_which_and_where_it_is(run: Run, installed: Path) -> None:
    said = run("--version").stdout
    assert said.startswith(f"maild {__version__}\n")
    assert f"Installed in {installed}/lib/" in said


def test_a_mail_gets_its_acknowledgement(run: Run, installed: Path, tmp_path: Path, sink: Sink) -> None:
    port = free_port()
    words = ("--desk", "support@desk.example", "--handler", "Kari <kari@staff.example>", "--authserv-id", AUTHSERV)
    made = run("init", "site", *words, "--smtp", f"127.0.0.1:{port}", "--relay", sink.address)
    assert made.returncode == 0, made.stderr
    checked = run("check", "-c", "site")
    assert (checked.returncode, checked.stderr) == (0, "")
    with (tmp_path / "log").open("wb") as log:
        daemon = subprocess.Popen(
            [str(installed / "bin" / "maild"), "run", "-c", "site"], stdout=log, stderr=log, cwd=tmp_path, env=bare()
        )
    try:
        assert wait_until(lambda: sends(port), 30), (tmp_path / "log").read_text()
        assert sink.wait("ack", to="ann@kunde.example")
        assert "Skriver" in run("case", "list", "-c", "site").stdout
    finally:
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(30) == 0


def sends(port: int) -> bool:
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as door:
            door.sendmail("ann@kunde.example", ["support@desk.example"], authenticated(mail(ANN, "Skriver", "Hei.\n")))
    except ConnectionRefusedError:
        return False
    return True


def test_the_demo_plays(run: Run) -> None:
    done = run("demo", DEMO_EXIT="1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "18. The case is solved" in done.stdout


def test_setup_brings_the_units_of_this_very_installation(run: Run, installed: Path, tmp_path: Path) -> None:
    done = run("setup", "--systemd", "--root", str(tmp_path / "tree"))
    assert done.returncode == 0, done.stderr
    unit = (tmp_path / "tree/etc/systemd/system/maild.service").read_text()
    assert f"ExecStart={installed}/bin/maild run -c /etc/maild/maild.yaml\n" in unit
    assert (tmp_path / "tree/usr/local/bin/maild").resolve() == installed / "bin/maild"
    assert (tmp_path / "tree/usr/local/share/man/man1/maild.1").exists()
