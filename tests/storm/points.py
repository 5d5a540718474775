"""points: a crash, or an error, at every system call of one canonical story that matters.

    PYTHONPATH=tests python -m storm.points [--mode crash|errors] [--every 1] [--first 1]

The story: Ann writes, Kari takes the case and answers, Ann answers, Kari closes.  It is told once while strace counts the calls that
change a disk (DISK) or speak to a peer (WIRE); then once for each of them, with a daemon that the kernel kills as it enters that call,
and is started again as systemd would.  Whoever writes tries again until he has his 250, as an MTA does.

With --mode errors the kernel does not kill but says EIO, ENOSPC, EMFILE ... once instead of doing the call (ERRORS).

Every telling must end alike: one case, solved, every mail in it once, every letter under one Message-ID, the record whole, and nobody
was told a 5yz: nothing here is wrong for good.

LIMITS  strace counts the calls of each thread by itself: a point is "the N-th call of whichever thread comes to N first".
"""

from __future__ import annotations

import argparse
import re
import shutil
import smtplib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from parts.mails import authenticated, mail, send
from parts.net import wait_until
from parts.sink import Sink, Taken
from parts.site import DESK, Site, short_folder
from parts.strace import injected

from maild.cli.desk import opened
from maild.store import audit, views

DISK = "pwrite64,fdatasync,fsync,ftruncate,rename,unlink,mkdir"
WIRE = "sendto,sendmsg,write,writev"
CRASHES = ((DISK, "signal=KILL"), (WIRE, "signal=KILL"))
ERRORS = (
    ("pwrite64", "error=EIO"),
    ("pwrite64", "error=ENOSPC"),
    ("pwrite64", "error=EINTR"),
    ("fdatasync,fsync", "error=EIO"),
    ("fdatasync,fsync", "error=ENOSPC"),
    ("ftruncate", "error=EIO"),
    ("openat", "error=EMFILE"),
    ("openat", "error=EIO"),
    ("accept4", "error=EMFILE"),
    ("accept4", "error=ECONNABORTED"),
    ("connect,socket", "error=EMFILE"),
    ("connect", "error=ENETUNREACH"),
    ("sendto", "error=EPIPE"),
    ("sendto", "error=EAGAIN"),
    ("recvfrom", "error=ECONNRESET"),
    ("mmap", "error=ENOMEM"),
)
PATIENCE = 40.0
# How a daemon ends at a point: killed, or by an error that it may not survive.
STRUCK = (-9, 70)
_LINE = re.compile(r"^(\d+) ")


@dataclass(frozen=True)
class Ending:
    """What a story left behind; equal for every telling."""

    status: str
    said: tuple[str, ...]
    letters: tuple[str, ...]


class Story:
    """Told on a site whose state is laid out anew each time."""

    def __init__(self, site: Site, sink: Sink) -> None:
        self.site, self.sink = site.impatient(), sink
        text = site.config.read_text("utf-8")
        # Answers leave at once: what waits for /undo is not what is asked here.
        site.config.write_text(re.sub(r"^(undo|burst): .*$", r"\1: 0s", text, flags=re.M), "utf-8")
        self.site.start().stop()
        self.state = site.folder / "site" / "state"
        self.clean = site.folder / "clean"
        shutil.copytree(self.state, self.clean, ignore=shutil.ignore_patterns("*.sock"))

    def tell(self, program: tuple[str, ...]) -> tuple[Ending, int]:
        """From the beginning, with this daemon first; (how it ended, how often the daemon had to be started again)."""
        shutil.rmtree(self.state)
        shutil.copytree(self.clean, self.state)
        self.sink.letters.clear()
        self.starts = 0
        whole = self.site.program
        self.site.program = program
        self.site.launch()
        self.site.program = whole
        self._ready()
        self._play()
        self._calm()
        ending = self._ending()
        code = self.site.stop()
        if code in STRUCK:
            # The point was on its way out: whatever it had not done by then, it does now.
            self._again()
            self._calm()
            ending, code = self._ending(), self.site.stop()
        assert code == 0, self.site.log_text()[-2000:]
        with opened(self.site.config) as desk:
            faults = audit.verify(desk.session).faults
        assert not faults, faults
        return ending, self.starts

    def _ready(self) -> None:
        while (
            not wait_until(lambda: self.site._said_ready() or not self.site.running, PATIENCE) or not self.site.running
        ):
            assert not self.site.running, "neither ready nor dead"
            self._again()

    def _again(self) -> None:
        self.starts += 1
        assert self.starts < 6, f"it does not stay up:\n{self.site.log_text()[-3000:]}"
        self.site.launch().ready()

    def _alive(self) -> None:
        if not self.site.running:
            self._again()

    def _until(self, condition: Callable[[], object], what: str) -> None:
        def holds() -> bool:
            self._alive()
            return bool(condition())

        assert wait_until(holds, PATIENCE), f"{what} never came:\n{self.site.log_text()[-3000:]}"

    def _deliver(self, raw: bytes, to: str, sender: str) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self._alive()
            try:
                send(self.site.port, raw, to, sender)
            except (OSError, smtplib.SMTPException) as error:
                if refused(error):
                    raise AssertionError(f"refused for good: {error}") from error
                time.sleep(0.05)
                continue
            return
        raise AssertionError("a mail is never taken")

    def _letter(self, kind: str, to: str, word: str = "") -> Taken:
        def found() -> list[Taken]:
            return [x for x in self.sink.of(kind, to=to) if word in x.text]

        self._until(found, f"{kind} to {to} {word}")
        return found()[0]

    def _play(self) -> None:
        ann, kari = "ann@kunde.example", "kari@staff.example"
        self._deliver(authenticated(mail(ann, "Skriver", "Den er tom.", Message_ID="<1@kunde.example>")), DESK, ann)
        notice = self._letter("notice", kari)
        self._letter("ack", ann)
        self._answer(kari, notice, "/take\nFyll på papir.", "<2@staff.example>")
        update = self._letter("update", ann, "Fyll på papir.")
        self._answer(ann, update, "Takk, nå går det.", "<3@kunde.example>")
        self._answer(kari, self._letter("update", kari, "Takk, nå går det."), "/close\nFint.", "<4@staff.example>")
        self._until(lambda: any("Fint." in x.text and x.recipients == (ann,) for x in self.sink.letters), "the end")

    def _answer(self, who: str, got: Taken, text: str, message_id: str) -> None:
        subject = f"Re: {got.mail['Subject']}"
        made = mail(who, subject, text, got.reply_to, In_Reply_To=got.message_id, Message_ID=message_id)
        self._deliver(authenticated(made), got.reply_to, who)

    def _calm(self) -> None:
        busy = ("ready", "leased", "deferred")
        self._until(lambda: not [r for r in self._queue() if r["state"] in busy and r["queue"] != "deadline"], "calm")

    def _queue(self) -> list[views.View]:
        """Asked beside the daemon and in this process: a command for each question would take longer than the story."""
        with opened(self.site.config) as desk:
            return list(views.queue(desk.session, everything=False))

    def _ending(self) -> Ending:
        with opened(self.site.config) as desk:
            (shown,) = views.cases(desk.session, desk.handlers)
            row = views.case_id(desk.session, shown["number"])
            case = views.case(desk.session, row or 0, desk.handlers)
        said = [m["own_text"].strip() for m in case["messages"] if m["direction"] == "in"]
        names = Counter((x.kind, x.recipients[0], x.message_id) for x in self.sink.letters)
        letters = sorted(f"{kind} to {to}" for kind, to, _ in names)
        assert not [r for r in self._queue() if r["state"] in ("held", "failed")]
        return Ending(case["status"], tuple(said), tuple(letters))


def refused(error: Exception) -> bool:
    """A 5yz: to the one recipient, or to anything else."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def counted(story: Story, calls: str) -> tuple[Ending, int]:
    """The ending of an undisturbed telling, and how many points it has."""
    trace = story.site.folder / "points"
    ending, starts = story.tell(injected(story.site.program, trace, calls, ""))
    assert starts == 0, "it died by itself"
    threads = Counter(m[1] for line in trace.read_text("utf-8", "replace").splitlines() if (m := _LINE.match(line)))
    return ending, max(threads.values(), default=0)


def sweep(story: Story, calls: str, fault: str, every: int, first: int = 1) -> Iterator[tuple[int, str]]:
    """(point, what was wrong there or "") for every `every`-th point."""
    whole, points = counted(story, calls)
    for point in range(first, points + 1, every):
        try:
            ending, _ = story.tell(injected(story.site.program, Path("/dev/null"), calls, f"{fault}:when={point}"))
        except AssertionError as error:
            if story.site.running:
                story.site.kill()
            yield point, str(error)[:2000]
        else:
            yield point, "" if ending == whole else f"{ending} instead of {whole}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mode", choices=("crash", "errors"), default="crash")
    parser.add_argument("--every", type=int, default=1, help="only every N-th point")
    parser.add_argument("--first", type=int, default=1, help="beginning with this one")
    wanted = parser.parse_args()
    sink = Sink()
    site = Site(short_folder(), sink.address)
    began, bad, count = time.monotonic(), 0, 0
    try:
        story = Story(site, sink)
        for calls, fault in CRASHES if wanted.mode == "crash" else ERRORS:
            for point, wrong in sweep(story, calls, fault, wanted.every, wanted.first):
                count += 1
                bad += bool(wrong)
                print(f"{fault} at {calls} {point}: {wrong or 'ok'}", flush=True)
    finally:
        site.close()
        sink.close()
    print(f"{count} points, {bad} bad, {round(time.monotonic() - began)} s")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
