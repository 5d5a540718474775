"""certificate: until when the door's certificate is good.

ends_at(certificate, key) -> the instant, None if it has ended already; OSError or ssl.SSLError if the files cannot be used

The standard library reads a certificate's dates only of a peer that it has verified.  So the two ends meet in memory: a server
with these files, and a client that takes the chain's own first certificate for its authority (X509_V_FLAG_PARTIAL_CHAIN).
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

# X509_V_ERR_CERT_HAS_EXPIRED of OpenSSL.
_EXPIRED = 10
_TURNS = 6


def ends_at(certificate: Path, key: Path) -> datetime | None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_flags = ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    client.load_verify_locations(certificate)
    try:
        told = _meet(server, client)
    except ssl.SSLCertVerificationError as error:
        if error.verify_code == _EXPIRED:
            return None
        raise
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), UTC)


def _meet(server: ssl.SSLContext, client: ssl.SSLContext) -> dict[str, object]:
    """The server's certificate, as the client has verified it."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = server.wrap_bio(to_server, to_client, server_side=True)
    there = client.wrap_bio(to_client, to_server)
    for _ in range(_TURNS):
        for end in (there, here):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return dict(there.getpeercert() or {})
