"""door: the form of door.yaml: what may be refused while it is being sent, by its envelope alone.

A site needs none of it: the file may be left out.  Only SMTP asks it: behind LMTP and in a mailbox the mail was taken already, and a
refusal there would be a bounce to whoever stands in From.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, Field, TypeAdapter

from maild.model.door import Envelope, Refusal, refusal
from maild.policy import compare
from maild.policy.compare import Anything, Exact, Place, Site, operators, strings
from maild.policy.fold import fold
from maild.policy.shape import Line, Strict, fits, wrong
from maild.policy.source import Source, nearest

FILE = "door.yaml"
_MOST = 500
_SIZE = re.compile(r"(\d{1,6})(kB|MB)")
_UNITS = {"kB": 1000, "MB": 1_000_000}
Holds = Callable[[Envelope], bool]


def _said(value: str) -> str:
    if not value.isascii() or len(value) > 200:
        raise wrong("must be at most 200 letters of ASCII", "mail servers speak it: write it in plain English")
    return value


class TrialForm(Strict):
    """An envelope, and whether it is refused."""

    client: Line = Field("192.0.2.1", description="Its network address.")
    sender: str = "someone@customer.example"
    recipient: Line | None = Field(None, description="Left out: the first desk.")
    size: int = Field(0, ge=0, description="In octets.")
    refused: bool


class RefusalForm(Strict):
    """A rule of the door: the first whose `when` holds refuses."""

    name: Line = Field(examples=["a network of spammers"])
    when: Any = Field(description="All that stands here must hold.", examples=["{client: 198.51.100.0/24}"])
    refuse: Annotated[Line, AfterValidator(_said)] = Field(
        description="What the sender's server is told.", examples=["We take no mail from your network; call us instead"]
    )
    later: bool = Field(False, description="true: come again later (450), instead of never (550).")
    tests: list[TrialForm] = Field(default=[])


def made(source: Source, site: Site) -> tuple[Refusal, ...]:
    """The rules of the door; every problem is put into the source."""
    document = source.document
    if document is None:
        return ()
    if not isinstance(document, list):
        source.wrong((), "must be a list of rules", "begin each rule with  - name: ...")
        return ()
    if len(document) > _MOST:
        source.wrong((_MOST,), f"more than {_MOST} rules", "put networks and senders into lists: any of them is enough")
        return ()
    found, trials, names = [], [], set[str]()
    for index, entry in enumerate(document):
        form = fits(RefusalForm, source, (index,), entry, site.known())
        raw = entry.get("when") if isinstance(entry, dict) else None
        holds = _when(raw, Place(source, (index, "when"), site)) if raw is not None else None
        if form is None or holds is None:
            continue
        if form.name in names:
            source.wrong((index, "name"), f"another rule is called {form.name!r}", "give each a name of its own")
        names.add(form.name)
        found.append(Refusal(form.name, source.where((index,)), holds, form.refuse, form.later))
        trials += [(index, number, trial) for number, trial in enumerate(form.tests)]
    if not source.problems:
        _try(source, site, tuple(found), trials)
    return tuple(found)


def _try(source: Source, site: Site, rules: tuple[Refusal, ...], trials: list[tuple[int, int, TrialForm]]) -> None:
    first = next((desk.address for desk in site.desks.values() if desk), "")
    for index, number, trial in trials:
        given = (trial.client, trial.sender, (trial.recipient or first).lower(), trial.size)
        rule = refusal(rules, Envelope(*given))
        if (rule is not None) != trial.refused:
            what = f"a test fails: it is {f'refused by {rule.name!r}' if rule else 'not refused'}"
            source.wrong((index, "tests", number), what, "mend the rules, or what the test expects")


# --- `when` -----------------------------------------------------------------------------------------------------------------------


def _when(value: Any, place: Place) -> Holds:
    if not isinstance(value, dict) or not value:
        place.wrong("names nothing, and would refuse everything", "write for example  when: {client: 198.51.100.0/24}")
        return lambda envelope: False
    parts = [_entry(key, given, place.at(key)) for key, given in value.items()]
    return lambda envelope: all(part(envelope) for part in parts)


def _entry(key: str, value: Any, place: Place) -> Holds:
    if key not in CONDITIONS:
        place.wrong(f"the door has no condition {key!r}", nearest(key, CONDITIONS))
        return lambda envelope: False
    return CONDITIONS[key](value, place)


def _client(value: Any, place: Place) -> Holds:
    """client: NETWORK    The client's network address: 192.0.2.1, 198.51.100.0/24, 2001:db8::/32."""
    networks = list(_networks(value, place))

    def holds(envelope: Envelope) -> bool:
        try:
            client = ipaddress.ip_address(envelope.client.removeprefix("IPv6:"))
        except ValueError:
            return False
        mapped = getattr(client, "ipv4_mapped", None) or client
        return any(mapped.version == network.version and mapped in network for network in networks)

    return holds


def _networks(value: Any, place: Place) -> Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    for index, word in enumerate(strings(value, place) or []):
        here = place.at(index) if isinstance(value, list) else place
        try:
            network = ipaddress.ip_network(word)
        except ValueError:
            here.wrong(f"{word[:60]!r} is no network", "write it like 192.0.2.1, 198.51.100.0/24 or 2001:db8::/32")
            continue
        if network.prefixlen == 0:
            here.wrong(f"{word} is the whole world", "name the networks that are meant")
        yield network


def _sender(value: Any, place: Place) -> Holds:
    """sender: ADDRESS    The sender of the envelope; parts of it: {ends: '@spam.example'}.  A bounce has none, and is never meant."""
    compare.Address().compile("sender", lambda facts: (), value, place)
    tests = operators(value, "is", Place(Source(place.source.name), place.path, place.site))
    return lambda envelope: (
        envelope.sender != ""
        and all(test(envelope.sender if isinstance(test, Exact) else fold(envelope.sender)) for test in tests)
    )


def _recipient(value: Any, place: Place) -> Holds:
    """recipient: ADDRESS    The address of the desk that it is for."""
    words = [word.lower() for word in strings(value, place) or []]
    desks = place.site.desks
    ours = () if isinstance(desks, Anything) else [a for desk in desks.values() if desk for a in desk.addresses]
    for index, word in enumerate(words):
        here = place.at(index) if isinstance(value, list) else place
        if word not in ours and not isinstance(desks, Anything):
            here.wrong(f"{word[:60]!r} is no address of a desk", nearest(word, ours))
    return lambda envelope: envelope.recipient in words


def _size(value: Any, place: Place) -> Holds:
    """size: {over: 10MB}    Larger than that: by what the client says, else when it is there."""
    given = value.get("over") if isinstance(value, dict) and len(value) == 1 else None
    match = _SIZE.fullmatch(given) if isinstance(given, str) else None
    if match is None:
        place.wrong("does not say how large", "write  size: {over: 10MB}  or  {over: 500kB}")
        return lambda envelope: False
    most = int(match[1]) * _UNITS[match[2]]
    return lambda envelope: envelope.size > most


CONDITIONS: dict[str, Callable[[Any, Place], Holds]] = {
    "client": _client,
    "sender": _sender,
    "recipient": _recipient,
    "size": _size,
}


def schema() -> dict[str, Any]:
    """JSON Schema of door.yaml."""
    texts = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    over = {"type": "object", "properties": {"over": {"type": "string"}}, "additionalProperties": False}
    forms = {"client": texts, "sender": compare.text_schema({}), "recipient": texts, "size": over}
    rows = {key: {"description": str(CONDITIONS[key].__doc__), **form} for key, form in forms.items()}
    rules = TypeAdapter(list[RefusalForm]).json_schema()
    rules["$defs"]["RefusalForm"]["properties"]["when"] |= {
        "type": "object",
        "properties": rows,
        "additionalProperties": False,
    }
    return rules
