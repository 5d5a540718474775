"""token: signed words of ours, in addresses and Message-IDs.

    word = purpose letter + letter id (base 36) + key id (2 characters) + 16 characters of base32 HMAC-SHA256 (80 bits)

sign(purpose, letter, keys) -> word; verify(word, keys) -> Token | None.  A word says which letter row it stands for and
nothing else; the row tells case, person and revocation.  Lower case throughout, read in any case: mail programs change
it.  Purposes: r reply, t take, n note, c close, w wait, y and x yes and no, p to the customer, b bounce (envelope sender),
m Message-ID (travels to everybody copied: it never proves possession), v the word that confirms an unproven mail, s a handler's
standing address, which says a person instead of a letter.  Pure; the daemon reads and writes the key file.  Whatever does not
verify is None: typing, another site, a key we no longer have.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from maild.model.people import Desk
from maild.model.plan import Token

MAC = 16
_TEN_OCTETS = 10
_KEY_ID = 2
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LARGEST = 2**63 - 1
# purpose + 13 digits (the largest row id) + key id + mac
LONGEST = 1 + 13 + _KEY_ID + MAC
_SHORTEST = 1 + 1 + _KEY_ID + MAC
_LEAST_SECRET = 16
# Base32 of RFC 4648 in lower case, two characters (10 bits) at a time.
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _BASE32 for second in _BASE32]
_SHIFTS = range(70, -1, -10)
_DOMAIN = b"maild token 1\0"
_STANDING = b"maild standing 1\0"
_HEADING = (
    "# The keys of maild's signed addresses.  Keep a copy with the database: without it no answer proves its sender.\n"
    "# One line a key: current, good, identify or revoked; its id of two letters or digits; its secret in hexadecimal.\n"
)
# current signs; good still proves who answers; identify says which case it is, no more; revoked is worth nothing, and stands there only
# because the oldest key names the site and tells mails apart.
_ROLES = ("current", "good", "identify", "revoked")


@dataclass(frozen=True, slots=True)
class Keys:
    """The site's secrets by key id, oldest first.  current signs; identify_only tell who, but authorise nothing; revoked: nothing."""

    current: str
    secrets: Mapping[str, bytes] = field(repr=False)
    identify_only: frozenset[str] = frozenset()
    revoked: frozenset[str] = frozenset()

    def role(self, key: str) -> str:
        """current, good, identify or revoked."""
        if key == self.current:
            return "current"
        return "revoked" if key in self.revoked else "identify" if key in self.identify_only else "good"


# --- words ----------------------------------------------------------------------------------------------------------


def sign(purpose: str, letter: int, keys: Keys) -> str:
    """The signed word for this letter: lower case letters and digits only."""
    name = f"{purpose}{_base36(letter)}{keys.current}"
    return name + _mac(name, keys.secrets[keys.current])


def standing(handler: str) -> int:
    """What a handler's standing address says instead of a letter: 40 bits of his key, so that it needs no row and fits an address."""
    return int.from_bytes(hashlib.sha256(_STANDING + handler.encode()).digest()[:5]) or 1


def verify(word: str, keys: Keys) -> Token | None:
    """The token behind a word in any case; None for anything that is not ours."""
    if not _SHORTEST <= len(word) <= LONGEST or not word.isascii() or not word.isalnum():
        return None
    word = word.lower()
    name, mac = word[:-MAC], word[-MAC:]
    key = name[-_KEY_ID:]
    letter = _number(name[1:-_KEY_ID])
    secret = keys.secrets.get(key)
    if letter is None or secret is None or key in keys.revoked or name[0].isdigit():
        return None
    if not hmac.compare_digest(_mac(name, secret), mac):
        return None
    return Token(name[0], letter, key)


def authorises(token: Token, keys: Keys) -> bool:
    """Whether its key is still good for more than saying who it was."""
    return token.key in keys.secrets and token.key not in keys.identify_only and token.key not in keys.revoked


def _mac(name: str, secret: bytes) -> str:
    number = int.from_bytes(hmac.digest(secret, _DOMAIN + name.encode("ascii"), "sha256")[:_TEN_OCTETS])
    return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])


# A letter is signed for a dozen purposes, one after the other.
@lru_cache(16)
def _base36(number: int) -> str:
    if not 0 < number <= _LARGEST:
        raise ValueError(f"a letter's id is a positive 64-bit number, not {number}")
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits


def _number(digits: str) -> int | None:
    """The number that _base36 wrote so; None for any other spelling, so that a token has one word only."""
    if not digits or digits[0] == "0":
        return None
    number = int(digits, 36)
    return number if number <= _LARGEST else None


# --- addresses ------------------------------------------------------------------------------------------------------


def signed_address(address: str, separator: str, purpose: str, letter: int, keys: Keys) -> str:
    """support@d -> support+r5k2f7aa...@d."""
    local, _, domain = address.rpartition("@")
    return f"{local}{separator}{sign(purpose, letter, keys)}@{domain}"


def standing_address(desk: Desk, handler: str, keys: Keys) -> str:
    """A handler's own address at the desk, for new mail."""
    return signed_address(desk.address, desk.separator, "s", standing(handler), keys)


def split(recipient: str, address: str, separator: str) -> str | None:
    """What stands between the desk's name and the @: "" for the plain address, None for another mailbox."""
    local, at, domain = recipient.rpartition("@")
    desk, _, host = address.rpartition("@")
    if not at or domain.lower() != host.lower():
        return None
    if local.lower() == desk.lower():
        return ""
    start = f"{desk}{separator}"
    return local[len(start) :] if local[: len(start)].lower() == start.lower() else None


def message_id(letter: int, domain: str, keys: Keys) -> str:
    """<m5k2f7aa...@domain>"""
    return f"<{sign('m', letter, keys)}@{domain}>"


def of_message_id(value: str, keys: Keys) -> Token | None:
    """The token of a Message-ID of ours, whatever domain a relay gave it; None for others' ids."""
    local, at, _ = value.strip().removeprefix("<").partition("@")
    token = verify(local, keys) if at else None
    return token if token and token.purpose == "m" else None


_MARKER = re.compile(r"\[maild:[0-9A-Za-z-]{1,31}:([0-9a-z]{20,60})\]")
_MARKS = 5


def of_markers(text: str, keys: Keys) -> tuple[Token, ...]:
    """The tokens in the marker lines of our letters that a text quotes, the first of them."""
    found = (verify(match[1], keys) for match in islice(_MARKER.finditer(text), _MARKS))
    return tuple(dict.fromkeys(token for token in found if token and token.purpose == "m"))


# --- the key file ---------------------------------------------------------------------------------------------------


def fresh(secret: bytes, key_id: str) -> str:
    """A new key file.  secret: 32 octets of chance, given by the caller."""
    return _HEADING + _line("current", key_id, secret)


def rotate(text: str, secret: bytes, key_id: str, becomes: str = "good") -> str:
    """The key file with a new current key.  becomes: what those before it still are, at best (good or identify)."""
    keys = parse(text)
    if key_id in keys.secrets:
        raise ValueError(f"key id {key_id} is taken")
    worth = {key: max(keys.role(key), becomes, key=_ROLES.index) for key in keys.secrets}
    return _file(keys, worth) + _line("current", key_id, secret)


def revoke(text: str, key_id: str) -> str:
    """The key file in which this key is worth nothing any more."""
    keys = parse(text)
    if key_id not in keys.secrets:
        raise ValueError(f"there is no key {key_id}")
    if key_id == keys.current:
        raise ValueError(f"{key_id} is the key that signs now: first make a new one (maild keys rotate --leaked)")
    return _file(keys, {key: "revoked" if key == key_id else keys.role(key) for key in keys.secrets})


def next_id(keys: Keys) -> str:
    """The id that a new key gets: aa, ab ... zz, then 0a and so on; ids are not used twice."""
    letters = _DIGITS[10:] + _DIGITS[:10]
    return next(name for one in letters for two in letters if (name := one + two) not in keys.secrets)


def _file(keys: Keys, roles: Mapping[str, str]) -> str:
    return _HEADING + "".join(_line(roles[key], key, secret) for key, secret in keys.secrets.items())


def _line(role: str, key_id: str, secret: bytes) -> str:
    if len(secret) < _LEAST_SECRET or not _is_key_id(key_id):
        raise ValueError("a key needs 16 octets or more and an id of two letters or digits")
    return f"{role} {key_id} {secret.hex()}\n"


def parse(text: str) -> Keys:
    """The keys of a file; ValueError that names the line, and never any part of a secret."""
    secrets: dict[str, bytes] = {}
    roles: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        wrong = _read_line(line.split(), secrets, roles)
        if wrong:
            raise ValueError(f"line {number}: {wrong}")
    current = [key for key, role in roles.items() if role == "current"]
    if len(current) != 1:
        raise ValueError(f"{len(current)} keys are current, and it must be one")
    of = {role: frozenset(key for key, its in roles.items() if its == role) for role in _ROLES}
    return Keys(current[0], secrets, of["identify"], of["revoked"])


def _read_line(words: list[str], secrets: dict[str, bytes], roles: dict[str, str]) -> str:
    """Keep the line's key, or say what is wrong with it."""
    if len(words) != 3 or words[0] not in _ROLES:
        return f"not a key: wanted {', '.join(_ROLES[:-1])} or {_ROLES[-1]}, an id and a secret"
    role, key, secret = words
    if not _is_key_id(key) or key in secrets:
        return "the key's id is not two letters or digits, or stands twice"
    try:
        octets = bytes.fromhex(secret)
    except ValueError:
        return "the secret is not hexadecimal"
    if len(octets) < _LEAST_SECRET:
        return "the secret is shorter than 16 octets"
    secrets[key], roles[key] = octets, role
    return ""


def _is_key_id(key: str) -> bool:
    return len(key) == _KEY_ID and key.isascii() and key.isalnum() and key == key.lower()


def fingerprint(keys: Keys) -> str:
    """16 hexadecimal characters that name the site's oldest key and say nothing of it; rotation keeps them."""
    key_id, secret = next(iter(keys.secrets.items()))
    return hmac.digest(secret, b"maild fingerprint\0" + key_id.encode("ascii"), "sha256").hex()[:16]
