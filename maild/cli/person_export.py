"""person_export: what is a person's own, as a zip that other programs can read (GDPR article 20).  Not a command itself.

pack(session, address) -> Packed or None.  In it: person.json (what is known of him, and his mails with their texts), mails/N.eml as they
came, letters/N.eml as they left.  Left out, and said so in person.json: what other people wrote, notes between handlers, letters to others.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict, dataclass

from maild.edges.letterbox import assemble
from maild.store import incoming, people
from maild.store.database import Session

LEFT_OUT = "Mails of other people and notes between handlers are not included."


@dataclass(frozen=True, slots=True)
class Packed:
    """The zip, and how many mails and letters are in it."""

    octets: bytes
    mails: int
    letters: int


def pack(session: Session, address: str) -> Packed | None:
    known = people.known(session, address)
    if known is None:
        return None
    mails = people.mails(session, known["person"])
    counts = {"in": 0, "out": 0}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        listed = []
        for mail in mails:
            octets = incoming.raw_of(session, mail.row) if mail.direction == "in" else assemble(session, mail.row)
            counts[mail.direction] += 1
            folder = "mails" if mail.direction == "in" else "letters"
            name = f"{folder}/{counts[mail.direction]}.eml" if octets else None
            if name:
                file.writestr(name, octets)
            listed.append({**asdict(mail), "file": name})
        person = {**known, "correspondence": listed, "note": LEFT_OUT}
        file.writestr("person.json", json.dumps(person, ensure_ascii=False, indent=1))
    return Packed(made.getvalue(), counts["in"], counts["out"])
