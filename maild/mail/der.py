"""der: the little of ASN.1 (X.690) that tells how long an RSA key is and until when a certificate holds.  Pure.

rsa_bits(public key) -> length of its modulus; not_after(certificate) -> the instant its validity ends.  ValueError for anything else.
LIMITS  Nothing is verified: whoever needs to know whether a certificate is true asks OpenSSL.
"""

from __future__ import annotations

from datetime import UTC, datetime

_INTEGER, _BITS, _SEQUENCE, _VERSION, _UTC_TIME = 0x02, 0x03, 0x30, 0xA0, 0x17


def rsa_bits(key: bytes) -> int:
    """A SubjectPublicKeyInfo (RFC 5280 section 4.1), or the bare RSAPublicKey (RFC 8017 appendix A.1.1) that RFC 6376 speaks of."""
    parts = _parts(_only(key))
    if parts and parts[0][0] == _SEQUENCE:
        if len(parts) < 2 or parts[1][0] != _BITS:
            raise ValueError("no public key")
        # The first octet of a BIT STRING counts its unused bits.
        parts = _parts(_only(parts[1][1][1:]))
    if len(parts) != 2 or parts[0][0] != _INTEGER:
        raise ValueError("no RSA key")
    return int.from_bytes(parts[0][1], "big").bit_length()


def not_after(certificate: bytes) -> datetime:
    """RFC 5280 section 4.1.2.5: UTCTime until 2049, GeneralizedTime from then on."""
    fields = _parts(_only(_only(certificate), first=True))
    fields = fields[1:] if fields and fields[0][0] == _VERSION else fields
    validity = _parts(fields[3][1]) if len(fields) > 3 else []
    if len(validity) != 2:
        raise ValueError("no certificate")
    tag, octets = validity[1]
    text = octets.decode("ascii")
    if tag == _UTC_TIME:
        text = ("19" if text[:2] >= "50" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _only(octets: bytes, *, first: bool = False) -> bytes:
    """What stands in the one sequence, or in the first of several things."""
    parts = _parts(octets)
    if not parts or parts[0][0] != _SEQUENCE or (len(parts) > 1 and not first):
        raise ValueError("no sequence")
    return parts[0][1]


def _parts(octets: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(octets):
        if at + 2 > len(octets):
            raise ValueError("ends too early")
        tag, length = octets[at], octets[at + 1]
        at += 2
        if length & 0x80:
            width = length & 0x7F
            if not 1 <= width <= 4:
                raise ValueError("no length")
            length = int.from_bytes(octets[at : at + width], "big")
            at += width
        if at + length > len(octets):
            raise ValueError("ends too early")
        found.append((tag, octets[at : at + length]))
        at += length
    return found
