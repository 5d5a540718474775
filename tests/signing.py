"""signing: a domain that signs its mail, and the DNS that says with which key.

signer = Signer("kunde.example");  signer.sign(raw) -> the mail with its DKIM-Signature on top;  signer.records() for a Book or zone
"""

from __future__ import annotations

import base64
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from maild.mail.names import Answer, Book, Question, State

SIGNED = ("from", "to", "subject", "date", "message-id", "content-type", "mime-version")


@cache
def key(bits: int = 2048) -> tuple[bytes, str]:
    """A private key as PEM, and p= of its record."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = made.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem, base64.b64encode(public).decode()


class Signer:
    def __init__(self, domain: str, bits: int = 2048, selector: str = "s1", extra: str = "") -> None:
        self.domain, self.selector = domain, selector
        self._pem, public = key(bits)
        self.record = f"v=DKIM1; k=rsa; {extra}p={public}"

    @property
    def name(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"

    def sign(
        self, raw: bytes, over: tuple[str, ...] = SIGNED, *, length: bool = False, algorithm: bytes = b"rsa-sha256"
    ) -> bytes:
        there = [name.encode() for name in over if b"\n" + name.encode() + b":" in b"\n" + raw.lower()]
        made = dkim.DKIM(raw, signature_algorithm=algorithm).sign(
            self.selector.encode(),
            self.domain.encode(),
            self._pem,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=there,
            length=length,
        )
        return bytes(made + raw)

    def seal(self, raw: bytes, authserv_id: str) -> bytes:
        """As a forwarder does, who wrote Authentication-Results of that id on top before."""
        lines = dkim.ARC(raw).sign(
            self.selector.encode(),
            self.domain.encode(),
            self._pem,
            authserv_id.encode(),
            include_headers=[b"from", b"to", b"subject", b"date", b"message-id"],
        )
        return b"".join(lines) + raw


def book(*signers: Signer, **more: str) -> Book:
    """What the DNS says: the signers' keys, and TXT records by name (dots as __); all other names have none."""
    known = {Question(one.name, "TXT"): Answer(State.FOUND, (one.record,)) for one in signers}
    known |= {Question(name.replace("__", "."), "TXT"): Answer(State.FOUND, (text,)) for name, text in more.items()}
    return Rest(known)


class Rest(Book):
    """A book of a whole world: what it does not have is absent."""

    def ask(self, name: str, type_: str) -> Answer:
        return self._known.get(Question(name.rstrip(".").lower(), type_), Answer(State.ABSENT))


class Mute(Book):
    """No server answers."""

    def __init__(self) -> None:
        super().__init__({})

    def ask(self, name: str, type_: str) -> Answer:
        return Answer(State.SILENT)
