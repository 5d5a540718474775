"""trust: is anybody there to say that From is true."""

from __future__ import annotations

import json
import re
from collections import Counter

from maild.cli.doctor.finding import Finding, error, note, ok, warning
from maild.cli.doctor.ground import Ground, looking
from maild.config import Config
from maild.store import incoming

_LATEST, _ENOUGH, _READ, _HEADER = 50, 3, 10, 100_000
_FIELD = re.compile(rb"^Authentication-Results:\s*([^\s;]+)", re.I | re.M)
_OTHERS = {
    "own-dkim": "signatures of the From's domain are verified here, and believed",
    "exchange-online": "Microsoft 365 is believed; it must be the only way in",
    "sasl-received": "who had logged in to the mail server is believed",
    "arc": "seals of the listed forwarders are believed",
    "closed-network": "mail from the closed network is believed",
}
_NO_SUCH = "no Authentication-Results of "


def authenticators(ground: Ground) -> list[Finding]:
    """Whether handlers' mail can be believed: what the configuration names, and what the newest mails bear."""
    config = ground.config
    if not config.authenticators:
        return [
            warning(
                "nothing vouches for the sender of a mail",
                "handlers' replies are not believed, and none of their commands is done",
                "write in maild.yaml: authenticators: [{authserv-id: NAME}], with NAME as your mail server writes it first in "
                "Authentication-Results; or [{own-dkim: true}], and maild verifies signatures itself",
            )
        ]
    wide = [str(n) for a in config.authenticators for n in a.networks if n.num_addresses > 2**24 and n.is_global]
    if wide:
        return [
            error(
                f"{', '.join(wide)} is no closed network",
                "whoever sends from there is believed to be your handler",
                "name your own network in closed-network",
            )
        ]
    ids = [a.id for a in config.authenticators if a.kind == "authserv-id"]
    others = [_OTHERS[a.kind] for a in config.authenticators if a.kind != "authserv-id"]
    return [*(_seen(config, ids) if ids else ()), *(ok(text) for text in others)]


def _seen(config: Config, ids: list[str]) -> list[Finding]:
    """The verdicts that were stored with the newest mails from outside."""
    with looking(config) as session:
        rows = session.all(
            "SELECT id, trust FROM incoming WHERE source IN ('smtp', 'lmtp', 'imap', 'pipe') AND trust IS NOT NULL"
            " ORDER BY id DESC LIMIT ?",
            (_LATEST,),
        )
        verdicts = [json.loads(trust) for _, trust in rows if trust.startswith("{")]
        if len(verdicts) < _ENOUGH:
            return [note(f"{', '.join(ids)} is to vouch for senders; too few mails have come to see whether it does")]
        bare = [v for v in verdicts if any(str(said).startswith(_NO_SUCH) for said in v.get("evidence", ()))]
        if len(bare) < len(verdicts):
            return [ok(f"{', '.join(ids)} spoke of {len(verdicts) - len(bare)} of the {len(verdicts)} newest mails")]
        others = Counter(name for row, _ in rows[:_READ] for name in _named(incoming.raw_of(session, row)))
    return [_nobody(ids, others, len(verdicts))]


def _named(mail: bytes) -> set[str]:
    """The ids in a mail's own header."""
    header = _header(mail)
    return {name.decode("ascii", "replace").lower() for name in _FIELD.findall(header)}


def _header(mail: bytes) -> bytes:
    """The octets above the first empty line."""
    end = re.search(rb"\r?\n\r?\n", mail)
    return mail[: end.start()] if end else mail[:_HEADER]


def _nobody(ids: list[str], others: Counter[str], count: int) -> Finding:
    text = f"none of the {count} newest mails bears Authentication-Results of {', '.join(ids)}"
    why = "handlers' replies are not believed, and none of their commands is done"
    if others:
        name = others.most_common(1)[0][0]
        return warning(
            f"{text}; they bear those of {name}",
            why,
            f"if that is your mail server, write: authserv-id: {name}",
            seen=sorted(others),
        )
    return warning(text, why, "let the mail server check DMARC and write it (OpenDMARC with OpenDKIM, or Rspamd)")
