"""forged: mail in the names of people who never wrote it.  make storm-forged [ARGS="--mails 10000"]

A spammer who wants our acknowledgements to carry his words to his victims (Zendesk, October 2025).  Each mail has a victim of its own as
author and words of the spammer in every place there is.  What must hold: few letters leave to people outside, and all of them say the
same: beside the address and a plain Message-ID, no octet is the spammer's.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import smtplib
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from parts.net import wait_until
from parts.sink import Sink, Taken
from parts.site import DESK, Site, short_folder

SPAM = "billig-kanari.example"
A_SESSION = 200
LARGEST = 2048
# Words of ours that differ from letter to letter.
_OURS = (
    (re.compile(rb"[rtncbm][0-9a-z]{1,13}[0-9a-z]{2}[a-z2-7]{16}(?=[@\]:])"), b"WORD"),
    (re.compile(rb"(?m)^Date: .*$"), b"Date"),
    (re.compile(rb"(X-Maild-Case: |#|\[maild:)\d+"), rb"\1N"),
)
_TEXTS = (
    "Hei,\n\nkjøp billige kanarifugler på https://{spam}/ i dag, og få en til.\n",
    "Hello,\n\nplease buy your cheap canaries at https://{spam}/ today, and get another one.\n",
    "Pozdravljeni,\n\nkupite poceni kanarčke na https://{spam}/ še danes in dobite enega zraven.\n",
)


@dataclass
class Outcome:
    """What the flood came to.  outside: letters to anybody but the staff; hours: of the clock, that it touched."""

    mails: int
    octets: int
    hours: int
    outside: list[Taken] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        octets = sum(len(letter.raw) for letter in self.outside)
        return {
            "mails": self.mails,
            "letters": len(self.outside),
            "letters_a_mail": round(len(self.outside) / self.mails, 4),
            "octets_a_mail_octet": round(octets / self.octets, 4),
            "largest": max((len(letter.raw) for letter in self.outside), default=0),
            "forms": len(forms(self.outside)),
        }


def forged(number: int, domains: int, chance: random.Random) -> tuple[str, bytes]:
    """A victim and the mail in his name."""
    victim = f"victim{number}@d{number % domains}.example"
    plain = chance.random() < 0.5
    own_id = f"<{number}.{chance.getrandbits(64):x}@d.example>" if plain else f"<buy now at {SPAM} {number}>"
    head = {
        "From": f'"Vinn fugl {number} på {SPAM}" <{victim}>',
        "To": f"{SPAM} <{DESK}>",
        "Cc": f"{SPAM} <other@{SPAM}>",
        "Reply-To": f"{SPAM} <{number}@{SPAM}>",
        "Subject": f"Vinn på {SPAM} [#{number}] nr {number}",
        "Message-ID": own_id,
        "References": f"<{number}@{SPAM}>",
        "Thread-Topic": SPAM,
        "Thread-Index": "AdqAAAAA" + "QUFB" * 5,
        "Date": f"Mon, 2 Mar 2026 10:00:{number % 60:02} +0100 ({SPAM})",
        "X-Maild-Case": SPAM,
        "Content-Language": SPAM,
        "Content-Type": f'text/plain; charset=utf-8; name="{SPAM}"',
        "Content-Transfer-Encoding": "8bit",
    }
    text = chance.choice(_TEXTS).format(spam=SPAM) + f"\nNr {number}\n"
    raw = "".join(f"{name}: {value}\n" for name, value in head.items()) + f"\n{text}"
    return victim, raw.replace("\n", "\r\n").encode()


def flood(site: Site, sink: Sink, mails: int, domains: int, seed: int) -> Outcome:
    """All of it through the door, and wait until nothing waits any more."""
    chance = random.Random(seed)
    first, octets = time.time(), 0
    for start in range(0, mails, A_SESSION):
        with smtplib.SMTP("127.0.0.1", site.port, timeout=60) as door:
            for number in range(start, min(start + A_SESSION, mails)):
                victim, raw = forged(number, domains, chance)
                octets += len(raw)
                door.sendmail(victim, [DESK], raw)
    calm = wait_until(lambda: not [row for row in site.queue() if row["state"] in ("ready", "leased")], 600)
    outcome = Outcome(mails, octets, 1 + int(time.time() // 3600) - int(first // 3600))
    outcome.outside = [letter for letter in list(sink.letters) if not letter.recipients[0].endswith("@staff.example")]
    outcome.faults = [] if calm else ["letters still wait"]
    outcome.faults += judge(outcome.outside)
    return outcome


def forms(letters: list[Taken]) -> Counter[bytes]:
    """The letters without the address, the id that they answer, and our own serial words: how many different ones there are."""
    found: Counter[bytes] = Counter()
    for letter in letters:
        # The text as it is read: a longer number breaks its lines elsewhere.
        text = " ".join(letter.text.split()).encode()
        rest = letter.raw.partition(b"\r\n\r\n")[0].replace(letter.recipients[0].encode(), b"ADDRESS") + text
        rest = re.sub(rb"(?m)^In-Reply-To: <[0-9a-f.]{1,40}@d\.example>\r\n", b"", rest)
        for pattern, instead in _OURS:
            rest = pattern.sub(instead, rest)
        found[rest] += 1
    return found


def judge(letters: list[Taken]) -> list[str]:
    """What a victim could complain of."""
    faults = []
    for letter in letters:
        if SPAM in letter.raw.decode("utf-8", "replace") + letter.text + str(letter.mail.values()):
            faults.append(f"words of the sender in a letter to {letter.recipients}")
        if len(letter.raw) > LARGEST:
            faults.append(f"a letter of {len(letter.raw)} octets")
        if letter.kind != "ack" or len(letter.recipients) != 1:
            faults.append(f"a letter of kind {letter.kind} to {letter.recipients}")
    # One text in each language.
    if len(forms(letters)) > len(_TEXTS) + 1:
        faults.append(f"{len(forms(letters))} different letters: " + repr(list(forms(letters))[:6]))
    return faults[:5]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--domains", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    wanted = parser.parse_args()
    sink = Sink()
    site = Site(short_folder(), sink.address)
    print(f"seed {wanted.seed}", flush=True)
    began = time.monotonic()
    try:
        outcome = flood(site.start(), sink, wanted.mails, wanted.domains, wanted.seed)
    finally:
        site.close()
        sink.close()
    print(json.dumps({**outcome.figures(), "seconds": round(time.monotonic() - began)}), flush=True)
    if outcome.figures()["letters_a_mail"] > 0.2:
        outcome.faults.append("more than 0.2 letters a mail")
    print("held every promise" if not outcome.faults else f"BROKEN: {', '.join(outcome.faults)}")
    return bool(outcome.faults)


if __name__ == "__main__":
    sys.exit(main())
