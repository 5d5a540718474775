"""letters: a letter as it is meant becomes a mail.

write(letter, policy, keys, now) -> Written (head, text, parts by reference); assemble(head, text, parts) -> the whole mail;
faults(mail, written) -> how another program reads it differently.  One letter, one recipient: From is the desk, Reply-To the
address signed for this person, the envelope sender an address signed for bounces, the Message-ID ours and fixed.
Values come from strangers: whatever they hold, the header fields are these and no others.
Pure: now is an argument, and nothing depends on chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from maild.mail import conversation, dress, encode, token, wording
from maild.mail.assembly import AsSent, alternatives, assemble, faults
from maild.mail.links import of_letter
from maild.mail.token import Keys
from maild.model.message import Attachment
from maild.model.people import Desk, handler_of
from maild.model.plan import Letter, Part, Written
from maild.model.policy import Policy, Rendered

__all__ = ["AsSent", "assemble", "faults", "write"]

REFERENCES = 1500
_CARRIES = frozenset(
    {"notice", "update-customer", "update-handler", "woken", "closing", "postmaster", "receipt", "error"}
    | {"news", "question", "approval", "forward"}
)
# Letters to a handler that come as a page too; an admin reads alarms anywhere, and the mail to ourselves nobody reads.
DRESSED = frozenset(
    {"notice", "update", "woken", "receipt", "error", "bounce", "unverified", "digest", "absence", "confirm"}
    | {"news", "task", "supplier", "colleague", "approval", "swap", "warning", "warnings", "page", "paging"}
)
_MOST_PARTS = 100
_REPLY = re.compile(r"(?:(?:re|sv|aw|antw|odg)(?:\[\d{1,3}\])? ?: *)+", re.I)
_PLAIN_ID = re.compile(r"<[!-;=?A-~]{1,160}@[!-;=?A-~]{1,160}>")
_PLAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")


def write(
    letter: Letter, policy: Policy, keys: Keys, now: datetime, envelope: str = "signed", start: bytes = b""
) -> Written:
    """The letter in octets.  envelope: "signed", or "desk" where the site's relay accepts the plain address only; start: of the
    conversation that the case is (conversation.py), where somebody else's mail or an earlier letter has named it.
    """
    desk = policy.desks.get(letter.desk) or policy.default_desk
    template = wording.name(letter)
    parts, left_out = _parts(letter, policy.limits.attachments) if template in _CARRIES else ((), ())
    subject = bare_subject(letter)
    links = of_letter(letter, desk, keys, policy.texts.vocabulary)
    # The marker names the letter too, for the client that keeps no header of ours.
    links = {**links, "marker": token.sign("m", letter.id, keys), "own_address": _standing(letter, desk, keys)}
    given = wording.values(letter, desk, subject, links, left_out)
    rendered = _render(policy, template, letter, given)
    recipient = encode.clean_address(letter.to.address)
    message_id = token.message_id(letter.id, desk.address.rpartition("@")[2], keys)
    tagged = _tagged(rendered.subject, given["tag"])
    topic = subject if letter.authenticated and subject else _bare(rendered.subject, given["tag"])
    threading = b"".join((*_thread(letter), *_outlook(letter, topic, start, desk, now)))
    head = b"".join(_head(letter, desk, keys, now, tagged, recipient, message_id, threading))
    sender = _signed(desk, "b", letter, keys) if envelope == "signed" else desk.address
    # Every value is clean by now; a site's template need not be.
    words = encode.lines(rendered.text) if "\r" in rendered.text or "\0" in rendered.text else rendered.text
    text = _text(letter, head, words, rendered.language, links)
    return Written(letter.id, message_id, sender, recipient, head, text, parts)


def _text(letter: Letter, head: bytes, words: str, language: str, links: Mapping[str, str]) -> bytes:
    """The words; to a handler, who works from his letters, as a page too (dress.py).

    A customer gets what a person writes to him, and no more to mistrust: plain text.
    """
    plain = encode.text_part(words, language)
    if not handler_of(letter.party) or letter.kind not in DRESSED:
        return plain
    page = dress.page(words, language, frozenset(links.values()))
    return alternatives(head, plain, encode.text_part(page, language, "html"))


def _render(policy: Policy, template: str, letter: Letter, given: Mapping[str, object]) -> Rendered:
    usual = wording.usual(letter)
    for name in dict.fromkeys((template, usual)):
        try:
            return policy.texts.render(name, letter.language, given)
        # A site's template may fail in any way; what is owed is sent all the same.
        except Exception:  # noqa: S112
            continue
    return wording.plain(usual, given)


# --- the head ---------------------------------------------------------------------------------------------------------


def _head(
    letter: Letter,
    desk: Desk,
    keys: Keys,
    now: datetime,
    subject: str,
    recipient: str,
    message_id: str,
    threading: bytes,
) -> Iterator[bytes]:
    desk_name = encode.one_line(desk.name, 60)
    yield _from(desk_name, encode.one_line(letter.author, 60), desk.address)
    yield encode.mailbox("To", encode.one_line(letter.to.name, 60) if letter.authenticated else "", recipient)
    yield encode.mailbox("Reply-To", desk_name, _signed(desk, "r", letter, keys))
    yield encode.header("Subject", subject)
    yield f"Date: {format_datetime(now.astimezone(wording.zone_of(desk)))}\r\nMessage-ID: {message_id}\r\n".encode(
        "ascii"
    )
    yield threading
    if letter.automatic:
        # RFC 3834 section 5.  Never "All": it would silence bounces too.
        yield f"Auto-Submitted: {_plain(letter.automatic)}\r\n".encode("ascii")
        yield b"X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply\r\n"
    if letter.kind == "page":
        # RFC 2156 section 5.3.6, and as Outlook had it first: a phone may ring for these alone.
        yield b"Importance: high\r\nX-Priority: 1\r\n"
    if letter.number:
        yield encode.header("X-Maild-Case", encode.one_line(letter.number, 60).lstrip("#"))
    yield f"X-Maild-Kind: {_plain(letter.kind)}\r\nX-Maild-Reason: {_plain(letter.reason)}\r\n".encode("ascii")
    yield b"MIME-Version: 1.0\r\n"


@lru_cache(256)
def _from(desk_name: str, author: str, address: str) -> bytes:
    return encode.mailbox("From", f"{author} ({desk_name})" if author else desk_name, address)


def _thread(letter: Letter) -> Iterator[bytes]:
    """In-Reply-To and References (RFC 5322 section 3.6.4): the first id and the last ones, within the limit."""
    answers = letter.in_reply_to if _PLAIN_ID.fullmatch(letter.in_reply_to) else ""
    if not letter.authenticated:
        # The one thing of a stranger's that we repeat, beside his address.
        if 0 < len(answers) <= 200:
            yield encode.ids("In-Reply-To", [answers])
        return
    known = [value for value in dict.fromkeys((*letter.references, answers)) if _PLAIN_ID.fullmatch(value)]
    if answers:
        yield encode.ids("In-Reply-To", [answers])
    if known:
        yield encode.ids("References", _first_and_last(known))


def _outlook(letter: Letter, topic: str, start: bytes, desk: Desk, now: datetime) -> Iterator[bytes]:
    """What Outlook goes by: the topic, the same in all letters of a case and as in the customer's own mail, and the index."""
    yield encode.header("Thread-Topic", topic)
    # To one who may have forged his address we repeat nothing, and his mail's index is something.
    if letter.case is not None and letter.authenticated:
        start = start or conversation.of_case(letter.case, desk.address.rpartition("@")[2])
        yield f"Thread-Index: {conversation.index(start, letter.id, now)}\r\n".encode("ascii")


def _first_and_last(known: Sequence[str]) -> list[str]:
    room = REFERENCES - len("References:") - len(known[0]) - 3
    last: list[str] = []
    for value in reversed(known[1:]):
        room -= len(value) + 3
        if room < 0:
            break
        last.append(value)
    return [known[0], *reversed(last)]


def _plain(word: str) -> str:
    """A word of ours for a header: lower-case letters, digits and hyphens."""
    return word if _PLAIN.fullmatch(word) else _NOT_PLAIN.sub("-", word.lower()).strip("-")[:60] or "other"


def _signed(desk: Desk, purpose: str, letter: Letter, keys: Keys) -> str:
    return token.signed_address(desk.address, desk.separator, purpose, letter.id, keys)


# --- subject, links, files --------------------------------------------------------------------------------------------


def bare_subject(letter: Letter) -> str:
    """The case's subject without tag and reply marks, short enough for a header."""
    return _bare(letter.subject[:1000], wording.tag(letter))


def _bare(subject: str, tag: str) -> str:
    subject = encode.one_line(subject.replace(tag, " ") if tag else subject, wording.SUBJECT)
    found = _REPLY.match(subject)
    return subject[found.end() :] if found else subject


def _tagged(subject: str, tag: str) -> str:
    """A template's subject with the tag in it exactly once."""
    subject = encode.one_line(subject, wording.SUBJECT + 80)
    if not tag or subject.count(tag) == 1:
        return subject
    before, found, after = subject.partition(tag)
    return encode.one_line(f"{before}{found}{after.replace(tag, ' ')}" if found else f"{subject} {tag}", 400)


def _standing(letter: Letter, desk: Desk, keys: Keys) -> str:
    """The address for a handler's new mail, which needs no letter."""
    handler = handler_of(letter.party)
    return token.standing_address(desk, handler, keys) if handler else ""


def _parts(letter: Letter, limit: int) -> tuple[tuple[Part, ...], tuple[Attachment, ...]]:
    """The files that travel, each once, and those that are too large to."""
    parts: list[Part] = []
    left_out: list[Attachment] = []
    seen: set[str] = set()
    for shown in letter.shown:
        for attachment in shown.attachments:
            if attachment.sha256 in seen or not shown.incoming:
                continue
            seen.add(attachment.sha256)
            limit -= attachment.size
            if limit < 0 or len(parts) >= _MOST_PARTS:
                limit += attachment.size
                left_out.append(attachment)
                continue
            parts.append(Part(shown.incoming, attachment))
    return tuple(parts), tuple(left_out)
