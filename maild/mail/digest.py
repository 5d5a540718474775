"""digest: is this the mail that we have already?

digest(raw, key) -> (hexadecimal HMAC-SHA256, weak).  Over what a mail is, not what relays add on the way: From, To, Cc, Subject,
Date, Message-ID, the MIME headers and the body.  Keyed, so that a digest that outlives its mail cannot be tried against guesses.
weak: without Date or Message-ID two mails written alike are one only for some days.  Linear; never raises.
"""

from __future__ import annotations

import hmac
import re

# The allow-list.  Everything else (Received, Return-Path, Delivered-To, DKIM, ARC, Authentication-Results) is the way, not the mail.
_FIELD = re.compile(
    rb"^(from|to|cc|subject|date|message-id|mime-version|content-[a-z-]{1,40})[ \t]*:((?:[^\n]*)(?:\n[ \t][^\n]*)*)",
    re.I | re.M,
)
_END = re.compile(rb"\r?\n\r?\n")
_HEADERS = 256 * 1024


def digest(raw: bytes, key: bytes) -> tuple[str, bool]:
    """The digest of a mail as it came, whatever its line ends."""
    end = _END.search(raw, 0, _HEADERS)
    head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw[:_HEADERS], raw[_HEADERS:])
    pieces = [b"maild-digest-v1\n"]
    names = set()
    for match in _FIELD.finditer(head.replace(b"\r\n", b"\n")):
        name = match[1].lower()
        names.add(name)
        pieces.append(name + b":" + b" ".join(match[2].split()) + b"\n")
    # Without any CR: half the time of changing each CRLF, and two mails that differ by a CR only are one mail.
    pieces += [b"\n", body.translate(None, b"\r").rstrip(b"\n")]
    return hmac.digest(key, b"".join(pieces), "sha256").hex(), not {b"date", b"message-id"} <= names
