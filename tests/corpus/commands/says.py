"""says: what mail programs write themselves around a reply, in each language of theirs.  Words only.

MOMENT is when the quoted letter was sent, as each program writes it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Says:
    """gmail, apple, iphone, thunderbird: the line above a quote; labels: From, Sent, To, Subject of Outlook's block."""

    gmail: str
    apple: str
    iphone: str
    thunderbird: str
    labels: tuple[str, str, str, str]
    moment: str
    phone_moment: str
    banner: str
    reply: str
    from_iphone: str
    outlook_phone: str
    samsung: str
    farewell: str
    dated: str


SAYS = {
    "en": Says(
        gmail="On Mon, Mar 2, 2026 at 10:00 AM {name} <{address}> wrote:",
        apple="On 2 Mar 2026, at 10:00, {name} <{address}> wrote:",
        iphone="On 2 Mar 2026, at 10:00, {name} <{address}> wrote:",
        thunderbird="On 02/03/2026 10:00, {name} wrote:",
        labels=("From", "Sent", "To", "Subject"),
        moment="Monday, March 2, 2026 10:00 AM",
        phone_moment="Monday, March 2, 2026 10:00:00 AM",
        banner="Original Message",
        reply="RE:",
        from_iphone="Sent from my iPhone",
        outlook_phone="Get Outlook for iOS",
        samsung="Original message",
        farewell="Kind regards",
        dated="Date",
    ),
    "nb": Says(
        gmail="man. 2. mars 2026 kl. 10:00 skrev {name} <{address}>:",
        apple="Den 2. mars 2026 kl. 10:00 skrev {name} <{address}>:",
        iphone="2. mars 2026 kl. 10:00 skrev {name} <{address}>:",
        thunderbird="Den 02.03.2026 10:00, skrev {name}:",
        labels=("Fra", "Sendt", "Til", "Emne"),
        moment="mandag 2. mars 2026 10:00",
        phone_moment="mandag 2. mars 2026 10:00:00",
        banner="Opprinnelig melding",
        reply="SV:",
        from_iphone="Sendt fra min iPhone",
        outlook_phone="Skaff deg Outlook for iOS",
        samsung="Opprinnelig melding",
        farewell="Med vennlig hilsen",
        dated="Dato",
    ),
    "nn": Says(
        gmail="mån. 2. mars 2026 kl. 10:00 skreiv {name} <{address}>:",
        apple="Den 2. mars 2026 kl. 10:00 skreiv {name} <{address}>:",
        iphone="2. mars 2026 kl. 10:00 skreiv {name} <{address}>:",
        thunderbird="Den 02.03.2026 10:00, skreiv {name}:",
        labels=("Frå", "Sendt", "Til", "Emne"),
        moment="måndag 2. mars 2026 10:00",
        phone_moment="måndag 2. mars 2026 10:00:00",
        banner="Opphavleg melding",
        reply="SV:",
        from_iphone="Sendt frå min iPhone",
        outlook_phone="Skaff deg Outlook for iOS",
        samsung="Opphavleg melding",
        farewell="Med venleg helsing",
        dated="Dato",
    ),
    "sl": Says(
        gmail="V V pon., 2. mar. 2026 ob 10:00 je oseba {name} <{address}> napisala:",
        apple="Dne 2. mar. 2026 ob 10:00 je {name} <{address}> napisal:",
        iphone="Oseba {name} <{address}> je 2. mar. 2026 ob 10:00 napisala:",
        thunderbird="Dne 2. 03. 26 ob 10:00 je {name} napisal(a):",
        labels=("Od", "Poslano", "Za", "Zadeva"),
        moment="ponedeljek, 02. marec 2026 10:00",
        phone_moment="ponedeljek, 02. marec 2026 10:00:00",
        banner="Izvirno sporočilo",
        reply="RE:",
        from_iphone="Poslano iz mojega iPhona",
        outlook_phone="Pridobite Outlook za iOS",
        samsung="Izvirno sporočilo",
        farewell="Lep pozdrav",
        dated="Datum",
    ),
}
