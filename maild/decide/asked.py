"""asked: mails of customers that say one thing only: where does my case stand, or thanks.  Their words are the vocabulary's.

scope(message, vocabulary) -> "" | OWN | ALL      the word for status alone, or a wholly empty mail
says_thanks(message, vocabulary, names) -> bool   thanks and courtesy, and not a word beside

Whoever says one word more is read by a person: a doubt costs a handler a glance, never a customer his question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from maild.decide import signature
from maild.decide.attached import is_a_file
from maild.model.message import MARKER, Kind, Message
from maild.model.plain import plain
from maild.model.subject import bare_subject, is_forward, is_reply
from maild.model.vocabulary import Vocabulary

OWN, ALL = "own", "organisation"
_MOST_THANKS = 12
_LONGEST_PHRASE = 5
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def scope(message: Message, vocabulary: Vocabulary) -> str:
    """What is asked: the word alone as the text, or as the subject of a mail without text; an empty mail asks too."""
    if message.kind is not Kind.PERSON or len(message.own_text) > 500:
        return ""
    text = said(message)
    if text:
        return "" if carries(message) else _word(text, vocabulary)
    if message.attachments or is_forward(message.subject):
        return ""
    subject = bare_subject(message.subject)
    asked = _word(subject, vocabulary)
    return asked or (OWN if not subject or is_reply(message.subject) else "")


def said(message: Message) -> str:
    """The own text without the signature; "" where nothing but our quoted letter is left."""
    text = "" if MARKER in message.own_text else message.own_text.strip()
    name = message.author.name if message.author else ""
    rows = text.split("\n")
    for at in range(len(rows)):
        if not "".join(rows[at:]).strip():
            break
        if signature.is_farewell("\n".join(rows[at:]), name):
            return "\n".join(rows[:at]).strip()
    return text


def carries(message: Message) -> bool:
    """Whether a file came along; a logo in a signature is none."""
    return any(map(is_a_file, message.attachments))


def _word(text: str, vocabulary: Vocabulary) -> str:
    words = plain(text).strip(" ?!.,:;")
    if vocabulary.means("status_all", words):
        return ALL
    return OWN if vocabulary.means("status", words) else ""


def says_thanks(message: Message, vocabulary: Vocabulary, names: Iterable[str]) -> bool:
    """Short, no question, nothing attached, and each word one of thanks, of courtesy, or somebody's name.

    A yes answers what somebody asked ("Ja, takk!"), unless it says that all is well ("Ja, nå virker det, takk"); so does any no.
    """
    if message.kind is not Kind.PERSON or len(message.own_text) > 500 or carries(message):
        return False
    text = said(message)
    words = [plain(word) for word in _WORD.findall(text.replace("’", "'"))]
    if not 1 <= len(words) <= _MOST_THANKS or "?" in text:
        return False
    called = {plain(part) for name in names for part in name.split()}
    found, at = set[str](), 0
    while at < len(words):
        length, kind = _phrase(words[at : at + _LONGEST_PHRASE], vocabulary)
        if not length and words[at] not in called:
            return False
        found.add(kind)
        at += length or 1
    return "thanks" in found and ("works" in found or "yes" not in found)


def _phrase(words: list[str], vocabulary: Vocabulary) -> tuple[int, str]:
    """How many of these words are one polite phrase, the longest first, and of which kind."""
    for count in range(len(words), 0, -1):
        kind = vocabulary.argument(_POLITE if count > 1 else (*_POLITE, "yes"), " ".join(words[:count]))
        if kind:
            return count, kind
    return 0, ""


_POLITE = ("thanks", "works", "courtesy")
