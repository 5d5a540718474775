"""links: what a handler can do from his letter with one touch: `mailto:` links, for nothing but a person sends a mail.

of_letter(letter, desk, keys, vocabulary) -> name -> link; so is answered what an offer or a request asks, by anybody.  The address
is the verb, signed for this letter; subject and body say it too, in the words of the letter's language, for whoever reads what he
sends.  Some programs drop them, so nothing hangs on them.
of_case(number, ...) -> the same for a line of the digest, whose answers name the case themselves.
A link is shorter than 500 characters (Outlook's limit is 2046, Gmail's 1600); a space is %20, for "+" stays one in mail (RFC 6068).
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

from maild.mail import encode, token
from maild.mail.token import Keys
from maild.model.people import Desk, handler_of
from maild.model.plan import Letter
from maild.model.vocabulary import Vocabulary

# Letters whose templates have these links.
_LINKED = frozenset({"notice", "update", "woken", "news", "task", "supplier", "colleague", "warning", "page"})
# Letters that ask for yes or no, and the purpose letter of each answer's address.
_ASKING = frozenset({"offer", "offer-again", "approval", "swap"})
_VOTES = {"yes": "y", "no": "x"}
# name -> purpose letter of the address, and what the body asks for beside the verb.
_VERBS = {"take": ("t", ""), "note": ("n", ""), "close": ("c", ""), "wait": ("w", " 3d")}


def of_letter(letter: Letter, desk: Desk, keys: Keys, vocabulary: Vocabulary) -> dict[str, str]:
    """reply, take, note, close and wait; of a list of cases, `#1042 take` and so on for each; of a mail that is kept, send, drop.

    Of an offer or a request, yes and no; of a supplier's answer, a reply to which goes to him, `answer` leads to the customer.
    """
    if letter.kind in ("digest", "warnings"):
        numbers = [str(case["number"]) for group in letter.values.get("groups", ()) for case in group["cases"]]
        return {
            f"{number} {name}": link
            for number in numbers
            for name, link in of_case(number, letter, desk, keys, vocabulary).items()
        }
    tag = encode.one_line(letter.number, 60)
    subject = f"[{tag}]" if tag else ""
    if letter.kind in _ASKING and letter.values.get("asks", True):
        return _votes(letter, subject, desk, keys, vocabulary)
    if letter.kind not in _LINKED or not handler_of(letter.party):
        return _words(letter, subject, desk, keys, vocabulary) if letter.values.get("kept_until") else {}
    found = {"reply": _link(_address(desk, "r", letter, keys), f"Re: {subject}", "")}
    for name, (purpose, argument) in _VERBS.items():
        verb = vocabulary.word(name, letter.language) + argument
        found[name] = _link(_address(desk, purpose, letter, keys), f"{subject} {verb}", f"/{verb}\r\n")
    if letter.kind == "supplier":
        found["answer"] = _link(_address(desk, "p", letter, keys), f"Re: {subject}", "")
    return found


def _votes(letter: Letter, subject: str, desk: Desk, keys: Keys, vocabulary: Vocabulary) -> dict[str, str]:
    """yes and no, in the reader's language: the word alone, for no sign stands before a customer's answer."""
    words = {name: vocabulary.said(name, letter.language) for name in _VOTES}
    return {
        name: _link(_address(desk, _VOTES[name], letter, keys), f"{subject} {word}", f"{word}\r\n")
        for name, word in words.items()
    }


def _words(letter: Letter, subject: str, desk: Desk, keys: Keys, vocabulary: Vocabulary) -> dict[str, str]:
    """What may be said of a mail that is kept; the address is the one for answers, for the letter says which mail."""
    # What confirms an unproven mail is of single use: that is a draft, which ends.
    purposes = {"send": "v" if letter.kind == "unverified" else "r", "drop": "r"}
    names = ("send", "drop") if letter.values.get("sends") else ("drop",)
    words = {name: vocabulary.word(name, letter.language) for name in names}
    return {
        name: _link(_address(desk, purposes[name], letter, keys), f"{subject} {word}", f"/{word}\r\n")
        for name, word in words.items()
    }


def of_case(number: str, letter: Letter, desk: Desk, keys: Keys, vocabulary: Vocabulary) -> dict[str, str]:
    """take, close and wait for one case of a digest: the answer's only line names it."""
    address, bare, found = _address(desk, "r", letter, keys), encode.one_line(number, 60).lstrip("#"), {}
    for name in ("take", "close", "wait"):
        verb = vocabulary.word(name, letter.language) + _VERBS[name][1]
        found[name] = _link(address, f"[#{bare}] {verb}", f"#{bare} {verb}\r\n")
    return found


def _address(desk: Desk, purpose: str, letter: Letter, keys: Keys) -> str:
    return token.signed_address(desk.address, desk.separator, purpose, letter.id, keys)


def _link(address: str, subject: str, body: str) -> str:
    # RFC 6068 section 2: the address may hold "+" and "@" as they are, whatever else is encoded.
    fields = f"?subject={_quoted(subject.strip())}" + (f"&body={_quoted(body)}" if body else "")
    return f"mailto:{quote(address, safe='+@')}{fields}"


@lru_cache(256)
def _quoted(words: str) -> str:
    """Of a language the same few bodies stand in all letters."""
    return quote(words, safe="")
