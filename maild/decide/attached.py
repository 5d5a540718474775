"""attached: which files of a mail somebody meant to send.

is_a_file(file) -> not the logo of a signature, nor a key that a program hangs on every mail.
"""

from __future__ import annotations

from maild.model.message import Attachment

_HANGERS_ON = (
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
    "text/vcard",
)


def is_a_file(file: Attachment) -> bool:
    """Beside commands, the others are nobody's answer."""
    return not file.inline and file.type not in _HANGERS_ON
