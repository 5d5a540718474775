"""A door for which there is no socket: the daemon says so and ends, and what restarts it tries again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from parts.net import wait_until
from parts.site import Site
from parts.strace import injected


def test_without_a_socket_for_its_door_the_daemon_does_not_say_that_it_is_ready(
    make_site: Callable[..., Site],
) -> None:
    site = make_site()
    whole = site.program
    site.program = injected(whole, Path("/dev/null"), "socket", "error=EMFILE:when=1")
    site.launch()
    assert wait_until(lambda: not site.running, 30)
    assert site.process is not None
    assert site.process.returncode != 0
    assert "no socket could be made for" in site.log_text()
    site.program = whole
    site.start()
