"""maild setup --systemd: what it brings to a machine, here a tree.  The whole way on a Debian of its own: make clean-root."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from parts.site import MAILD

from maild.cli.setup import command
from maild.cli.setup_plan import unreachable

PROGRAM = "/srv/maild/bin/maild"
SERVICE = "etc/systemd/system/maild.service"
Setup = Callable[..., Result]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return tmp_path / "tree"


@pytest.fixture
def setup(tree: Path) -> Setup:
    def run(*words: str) -> Result:
        return CliRunner().invoke(command, ["--systemd", "--root", str(tree), "--program", PROGRAM, *words])

    return run


def files(tree: Path) -> dict[str, bytes]:
    return {str(path.relative_to(tree)): path.read_bytes() for path in tree.rglob("*") if path.is_file()}


def test_everything_is_in_its_place(setup: Setup, tree: Path) -> None:
    assert setup().exit_code == 0
    found = set(files(tree))
    assert {
        SERVICE,
        "etc/systemd/system/maild.socket",
        "etc/sysusers.d/maild.conf",
        "usr/local/share/man/man1/maild.1",
        "usr/local/share/man/man1/maild-case.1",
        "usr/local/share/man/man5/maild.yaml.5",
        "usr/local/share/bash-completion/completions/maild",
        "usr/local/share/zsh/site-functions/_maild",
        "usr/local/share/fish/vendor_completions.d/maild.fish",
    } <= found
    assert (tree / "usr/local/bin/maild").readlink() == Path(PROGRAM)
    assert f"ExecStart={PROGRAM} run -c /etc/maild/maild.yaml\n" in (tree / SERVICE).read_text()
    modes = {name: (tree / name).stat().st_mode & 0o777 for name in ("etc/maild", "var/lib/maild", SERVICE)}
    assert modes == {"etc/maild": 0o750, "var/lib/maild": 0o700, SERVICE: 0o644}


def test_the_user_owns_the_state_and_reads_the_configuration(setup: Setup, tree: Path) -> None:
    setup()
    if os.geteuid() == 0:
        (line,) = [x for x in (tree / "etc/passwd").read_text().splitlines() if x.startswith("maild:")]
        _, _, user, group, _, home, shell = line.split(":")
        assert (home, shell) == ("/var/lib/maild", "/usr/sbin/nologin")
        state, site = (tree / "var/lib/maild").stat(), (tree / "etc/maild").stat()
        assert (state.st_uid, state.st_gid, site.st_uid, site.st_gid) == (int(user), int(group), 0, int(group))
    # Who is not root packs: the package's own scripts make the user from this.
    assert "u maild " in (tree / "etc/sysusers.d/maild.conf").read_text()


def test_a_second_run_changes_nothing_and_says_so(setup: Setup, tree: Path) -> None:
    setup()
    before = {name: ((tree / name).stat().st_mtime_ns, text) for name, text in files(tree).items()}
    done = setup()
    assert done.output == "Everything is there already: nothing was changed.\n"
    assert {name: ((tree / name).stat().st_mtime_ns, text) for name, text in files(tree).items()} == before


def test_a_dry_run_tells_all_and_does_nothing(setup: Setup, tree: Path) -> None:
    told = setup("--dry-run")
    assert not tree.exists()
    done = setup()
    assert told.output.replace("would be made", "made      ") == done.output
    assert setup("--dry-run").output == "Everything is there already: nothing was changed.\n"


def test_what_an_admin_changed_stays(setup: Setup, tree: Path) -> None:
    setup()
    mine = (tree / SERVICE).read_text().replace("MemoryMax=1G", "MemoryMax=4G")
    (tree / SERVICE).write_text(mine)
    done = setup()
    assert "kept" in done.output
    assert f"{tree / SERVICE}: not maild's, or changed by hand" in done.output
    assert (tree / SERVICE).read_text() == mine
    setup("--remove")
    assert list(files(tree / "etc/systemd")) == ["system/maild.service"]


def test_a_unit_that_is_masked_stays_masked(setup: Setup, tree: Path) -> None:
    (tree / SERVICE).parent.mkdir(parents=True)
    (tree / SERVICE).symlink_to("/dev/null")
    assert "kept" in setup().output
    assert (tree / SERVICE).readlink() == Path("/dev/null")


def test_a_page_that_pipx_has_linked_is_there(setup: Setup, tree: Path) -> None:
    page = tree / "usr/local/share/man/man1/maild.1"
    page.parent.mkdir(parents=True)
    page.symlink_to(Path(__file__).parents[2] / "man/man1/maild.1")
    assert f" {page}\n" not in setup().output
    assert page.is_symlink()


def test_a_new_bash_finds_the_completion(setup: Setup, tree: Path) -> None:
    """bash-completion's own loader, as Tab calls it for a command that it does not know yet."""
    setup()
    asked = """
. /usr/share/bash-completion/bash_completion
loader=$(complete -p -D | sed 's/.*-F \\([^ ]*\\).*/\\1/')
$loader maild
complete -p maild
"""
    words = ["bash", "--norc", "-c", asked]
    environ = {"PATH": os.environ["PATH"], "XDG_DATA_DIRS": str(tree / "usr/local/share"), "HOME": str(tree)}
    done = subprocess.run(words, capture_output=True, text=True, env=environ, timeout=60)
    assert "-F _maild_completion maild" in done.stdout, done.stderr


def test_an_upgrade_brings_the_units_up_to_date(setup: Setup, tree: Path) -> None:
    """A release with another unit, or the same one installed elsewhere."""
    CliRunner().invoke(command, ["--systemd", "--root", str(tree), "--program", "/old/bin/maild"])
    done = setup()
    assert f"updated    {tree / SERVICE}\n" in done.output
    assert f"updated    {tree / 'usr/local/bin/maild'} -> {PROGRAM}\n" in done.output
    assert f"ExecStart={PROGRAM} " in (tree / SERVICE).read_text()
    assert len(done.output.splitlines()) == 2


def test_a_program_that_is_not_ours_keeps_its_name(setup: Setup, tree: Path) -> None:
    (tree / "usr/local/bin").mkdir(parents=True)
    (tree / "usr/local/bin/maild").write_text("#!/bin/sh\n")
    assert "kept" in setup().output
    assert (tree / "usr/local/bin/maild").read_text() == "#!/bin/sh\n"


def test_a_packaged_program_needs_no_link(tree: Path) -> None:
    CliRunner().invoke(command, ["--systemd", "--root", str(tree), "--program", "/usr/bin/maild"])
    assert not (tree / "usr/local/bin").exists()


def test_remove_takes_what_it_brought_and_leaves_configuration_and_mail(setup: Setup, tree: Path) -> None:
    setup()
    (tree / "etc/maild/maild.yaml").write_text("mine")
    (tree / "var/lib/maild/maild.sqlite").write_text("mail")
    assert setup("--remove", "--dry-run").output.count("would be removed") > 10
    done = setup("--remove")
    assert done.exit_code == 0
    left = {
        name for name in files(tree) if name.split("/")[-1] not in ("passwd", "group", "shadow", "gshadow", ".pwd.lock")
    }
    assert left == {"etc/maild/maild.yaml", "var/lib/maild/maild.sqlite"}
    assert not (tree / "usr/local/bin/maild").is_symlink()
    assert setup("--remove").output == "There is nothing of maild setup here.\n"


def test_a_careful_umask_of_root_hides_nothing(tree: Path) -> None:
    words = [*MAILD, "setup", "--systemd", "--root", str(tree), "--program", PROGRAM]
    subprocess.run(words, check=True, capture_output=True, umask=0o077)
    for path in (tree / "usr/local").rglob("*"):
        assert path.is_symlink() or path.stat().st_mode & 0o004, path


def test_without_root_it_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    done = CliRunner().invoke(command, ["--systemd"])
    assert done.exit_code == 1
    assert (
        done.output == "Error: setup changes the machine: run it as root, or with --dry-run to see what it would do\n"
    )


def test_it_wants_to_know_for_what() -> None:
    done = CliRunner().invoke(command, [])
    assert done.exit_code == 2
    assert "--systemd" in done.output


@pytest.mark.parametrize("hidden", ["/root", "/home/kari/.local"])
def test_a_program_that_systemd_would_hide_is_refused(hidden: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda self: True)
    assert f"systemd hides /{hidden.split('/')[1]} from it" in str(unreachable(Path(hidden) / "bin" / "maild"))


def test_a_program_that_is_not_there_is_named() -> None:
    assert unreachable(Path("/nowhere/maild")) == "there is no /nowhere/maild (name the program by --program PATH)"


def test_one_that_the_user_maild_may_not_read_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("maild.cli.setup_plan._HIDDEN", ())
    (tmp_path / "venv").mkdir(mode=0o700)
    program = tmp_path / "venv" / "maild"
    program.write_text("#!/bin/sh\n")
    tmp_path.chmod(0o755)
    program.chmod(0o755)
    assert f"may not read {tmp_path / 'venv'} (chmod" in str(unreachable(program))
