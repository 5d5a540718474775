"""promises: what every reading of every mail keeps.

broken(raw) -> the promise that the reading of this mail breaks, "" when it keeps them all.
costly(raw) -> the same for time, which is counted in lines of Python run, not by a clock: twice the mail may cost about twice.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import traceback

from maild.cli.inspect import described
from maild.edges.reading import dumps, loads
from maild.mail.parse import read
from maild.mail.payload import as_sent, payload
from maild.model.message import Message

# What would break a line, turn the direction of text, or steer a terminal.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def broken(raw: bytes) -> str:
    try:
        message = read(raw)
        if "unreadable" in message.defects:
            return "a bug is hidden by the last resort: " + _raised(raw)
        json.dumps(described(message), ensure_ascii=False).encode("utf-8")
        if loads(dumps(message)) != message:
            return "the message changes on its way from the worker"
        return _shown(message) or next(
            filter(None, (_attached(raw, n, message) for n in range(len(message.attachments)))), ""
        )
    except Exception:
        return traceback.format_exc()


def _raised(raw: bytes) -> str:
    """What was raised, which reading itself does not let out."""
    from maild.mail import parse

    try:
        parse._read(raw, "cp1252")
    except Exception:
        return traceback.format_exc()
    return ""


def _shown(message: Message) -> str:
    people = (*message.to, *message.cc, *message.reply_to, *((message.author,) if message.author else ()))
    lines = [message.subject, *(value for _, value in message.headers), *(a.name for a in message.attachments)]
    lines += [a.type for a in message.attachments] + [word for one in people for word in (one.name, one.address)]
    for line in lines:
        if _UNSAFE.search(line) or "\n" in line:
            return f"what is shown on a line is not safe: {line!r}"
    for text in (message.text, message.own_text):
        if _UNSAFE.search(text):
            return f"a text is not safe: {text!r}"
    return ""


def _attached(raw: bytes, index: int, message: Message) -> str:
    one = message.attachments[index]
    if not 0 <= one.start <= one.end <= len(raw):
        return f"an attachment lies outside its mail: {one}"
    if not one.name or "/" in one.name:
        return f"an attachment has a name that is none: {one}"
    octets = payload(raw, one)
    if (len(octets), hashlib.sha256(octets).hexdigest()) != (one.size, one.sha256):
        return f"an attachment's octets are not those that were read: {one}"
    as_sent(raw, one)
    return ""


def costly(raw: bytes) -> str:
    once, twice = lines_run(raw), lines_run(raw + raw)
    return f"{once} lines run, and {twice} for twice the mail" if twice > 3 * once + 20_000 else ""


def lines_run(raw: bytes) -> int:
    """How many lines of Python the reading of a mail runs."""
    count = 0

    def trace(frame: object, event: str, argument: object) -> object:
        nonlocal count
        count += 1
        return trace

    old = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        read(raw)
    finally:
        sys.settrace(old)
    return count
