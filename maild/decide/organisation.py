"""organisation: whether two people are of the same one, as far as their addresses say.  Pure.

The same domain counts, unless everybody can have an address there.
"""

from __future__ import annotations

from maild.model.known import Person

# Where people have their private addresses, in the countries of our languages and everywhere.
PUBLIC = frozenset(
    (
        *(
            "gmail.com",
            "googlemail.com",
            "outlook.com",
            "hotmail.com",
            "live.com",
            "msn.com",
            "yahoo.com",
            "icloud.com",
        ),
        *(
            "me.com",
            "mac.com",
            "aol.com",
            "proton.me",
            "protonmail.com",
            "pm.me",
            "gmx.com",
            "gmx.net",
            "gmx.de",
            "gmx.at",
        ),
        *("web.de", "mail.com", "zoho.com", "fastmail.com", "yandex.com", "tutanota.com", "hey.com", "t-online.de"),
        *("outlook.no", "hotmail.no", "live.no", "yahoo.no", "online.no", "getmail.no", "broadpark.no", "start.no"),
        *("frisurf.no", "lyse.net", "altibox.no", "altiboxmail.no", "nettpost.no", "epost.no", "c2i.net", "runbox.com"),
        *(
            "siol.net",
            "telemach.net",
            "t-2.net",
            "volja.net",
            "amis.net",
            "email.si",
            "gmail.si",
            "outlook.dk",
            "mail.dk",
        ),
        *(
            "hotmail.se",
            "live.se",
            "outlook.se",
            "telia.com",
            "hotmail.co.uk",
            "live.co.uk",
            "yahoo.co.uk",
            "hotmail.de",
        ),
        *(
            "yahoo.de",
            "hotmail.fr",
            "yahoo.fr",
            "orange.fr",
            "free.fr",
            "live.dk",
            "hotmail.dk",
            "yahoo.dk",
            "btinternet.com",
        ),
    )
)


def same(one: Person, other: Person) -> bool:
    """Whether what one is written may be read by the other without asking."""
    if one.id == other.id:
        return True
    domain = _domain(one)
    return domain != "" and domain == _domain(other) and domain not in PUBLIC


def _domain(person: Person) -> str:
    return person.address.rpartition("@")[2].lower()
