"""setup_plan: what `maild setup --systemd` brings to a machine, and where it comes from.

steps(root, program) -> what shall be there, in order;  unreachable(program) -> why the service could not run it, or None.
The texts are the shipped ones (systemd/, man/); only the program's path in the unit is this installation's.
"""

from __future__ import annotations

import grp
import os
import shutil
import stat
import sys
from pathlib import Path

import click

from maild.cli.completion import script
from maild.cli.setup_steps import Account, Folder, Link, Step, Written, below, run, sealed
from maild.places import PACKAGE, SITE, STATE, shipped

UNITS = ("maild.service", "maild.socket")
# The path that the shipped unit names.
_SHIPPED_PROGRAM = "/opt/maild/bin/maild"
_LINK = "/usr/local/bin/maild"
_IN_PATH = ("/usr/local/bin", "/usr/bin", "/usr/local/sbin", "/usr/sbin")
# Where each shell looks for what an admin installed.
_COMPLETIONS = {
    "bash": "/usr/local/share/bash-completion/completions/maild",
    "zsh": "/usr/local/share/zsh/site-functions/_maild",
    "fish": "/usr/local/share/fish/vendor_completions.d/maild.fish",
}
# ProtectHome= and PrivateTmp= of the unit hide these.
_HIDDEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 - to say that it will not do


def steps(root: Path, program: str) -> list[Step]:
    """In the order of making: the user before what it owns."""
    made: list[Step] = [
        Written(below(root, "/etc/sysusers.d/maild.conf"), sealed(_shipped("systemd", "maild.sysusers"), "#")),
        # Who is not root writes a tree for a package, whose own scripts make the user from maild.conf.
        *([Account(root)] if os.geteuid() == 0 or root == Path("/") else []),
        # The admin's, readable by maild; and maild's own, where root is the only other to look.
        Folder(root, str(SITE), 0o750, owned=False),
        Folder(root, str(STATE), 0o700, owned=True),
    ]
    for unit in UNITS:
        text = _shipped("systemd", unit).replace(_SHIPPED_PROGRAM, program)
        made.append(Written(below(root, f"/etc/systemd/system/{unit}"), sealed(text, "#")))
    for page in sorted(shipped("man").glob("man?/*")):
        path = f"/usr/local/share/man/{page.parent.name}/{page.name}"
        made.append(Written(below(root, path), sealed(page.read_text("utf-8"), '.\\"')))
    made += [Written(below(root, path), sealed(script(shell), "#")) for shell, path in _COMPLETIONS.items()]
    if str(Path(program).parent) not in _IN_PATH:
        made.append(Link(below(root, _LINK), program))
    return made


def is_removable(step: Step) -> bool:
    return isinstance(step, Written | Link)


def _shipped(folder: str, name: str) -> str:
    return (shipped(folder) / name).read_text("utf-8")


# --- the program ------------------------------------------------------------------------------------------------------------------


def own_program() -> str:
    """The maild of this very installation."""
    beside = Path(sys.prefix) / "bin" / "maild"
    if beside.exists():
        return str(beside)
    found = shutil.which("maild")
    if found is None:
        raise click.ClickException(
            "there is no program maild: install it (pip install .), or name it by --program PATH"
        )
    return str(Path(found).absolute())


def unreachable(program: Path) -> str | None:
    """Why the user maild, in the unit's sandbox, could not run it; None when it can."""
    if not program.exists():
        return f"there is no {program} (name the program by --program PATH)"
    for path in (program.absolute(), program.resolve(), Path(sys.executable).resolve(), PACKAGE):
        hidden = next((folder for folder in _HIDDEN if path.is_relative_to(folder)), None)
        if hidden:
            return (
                f"the service could not see {path}: systemd hides {hidden} from it. Install maild elsewhere: "
                "python3 -m venv /opt/maild, /opt/maild/bin/pip install ..., /opt/maild/bin/maild setup --systemd"
            )
        closed = next((some for some in (path, *path.parents) if not _is_open(some)), None)
        if closed:
            return f"the user maild may not read {closed} (chmod -R o+rX {closed})"
    return None


def _is_open(path: Path) -> bool:
    mode = path.stat().st_mode
    return bool(mode & stat.S_IXOTH and mode & stat.S_IROTH) if path.is_file() else bool(mode & stat.S_IXOTH)


# --- the service manager ----------------------------------------------------------------------------------------------------------


def _systemd_runs(root: Path) -> bool:
    # sd_booted(3)
    return root == Path("/") and Path("/run/systemd/system").is_dir()


def settle_in(root: Path, *, changed: bool, dry_run: bool) -> None:
    """systemd reads the units again, if there are other ones and it runs."""
    if changed and not dry_run and _systemd_runs(root):
        run("systemctl", "daemon-reload")


def stop(root: Path, *, dry_run: bool) -> None:
    """Before the units go: no daemon, and no link that would start one."""
    if dry_run or not any(below(root, f"/etc/systemd/system/{unit}").exists() for unit in UNITS):
        return
    if _systemd_runs(root):
        run("systemctl", "disable", "--now", *UNITS)
    elif shutil.which("systemctl"):
        run("systemctl", f"--root={root}", "disable", *UNITS)


def has_group(name: str) -> bool:
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def has_site(root: Path) -> bool:
    return below(root, str(SITE / "maild.yaml")).exists()
