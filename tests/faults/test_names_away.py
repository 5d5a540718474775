"""A name server that says nothing: whoever asks it waits, and nobody else does."""

from __future__ import annotations

import os
from collections.abc import Callable

from edges.imap_site import taking
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site, planted

# Every look-up of a name hangs, as with a name server behind a black hole; addresses are no names.
HANGS = """
import sys, threading, socket
sys.modules["uvloop"] = None
real = socket.getaddrinfo
def look_up(host, *words, **how):
    if str(host).endswith(".example"):
        print("a name is looked up", file=sys.stderr, flush=True)
        threading.Event().wait()
    return real(host, *words, **how)
socket.getaddrinfo = look_up
"""
# As many as Python keeps for everybody.
THREADS = (os.cpu_count() or 1) + 4


def test_mail_comes_in_and_the_end_is_an_end_while_no_name_is_found(make_site: Callable[..., Site], sink: Sink) -> None:
    """A large mail needs a thread for some milliseconds, and there are six on two cores."""
    site = make_site()
    for number in range(THREADS):
        taking(site, 993, f"box-{number}", tls="implicit", host=f"imap-{number}.example:993")
    site.program = planted(HANGS)
    site.start()
    assert wait_until(lambda: site.log_text().count("a name is looked up") >= THREADS), site.log_text()[-2000:]
    made = mail("Ann Berg <ann@kunde.example>", "Logg", "Se vedlegg.")
    made.add_attachment(b"\0" * 1_000_000, maintype="application", subtype="octet-stream", filename="logg.bin")
    site.send(made)
    sink.wait("ack", to="ann@kunde.example")
    assert site.stop() == 0
