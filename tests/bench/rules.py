"""rules: how long a policy of a thousand rules takes to load and to ask.  make bench-rules [ARGS="--rules 2000 --mails 300"]

The rules are of the kind that centres write (customers by domain, words in subjects and texts, expressions, headers, exceptions with
`not`), with a test beside every fifth; the mails are of 50 to 800 words, some of them quoting the rules' own.  Loading is files to a
policy that has answered once; asking is a mail's verdict, its trace not read.  Also told: what an adversary's 64 kB cost.

Prints a row a measure in milliseconds of processor time (one thread, no waiting: the time it takes where nobody else is at work) and one
JSON line; exit 1 when loading or asking is over its figure.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from maild.decide.route import route
from maild.model.policy import Facts, Policy, Texts
from maild.places import shipped
from maild.policy import build, texts
from maild.policy.fold import fold

LOADING, ASKING = 500.0, 0.3
SYLLABLES = "ka la pro ser ver skri nett ut lån bok inn pass ord mail print feil drift sys tem kon to data base web por tal ø væ"
COMMON = (
    "hei vi har et problem med skriveren på kontoret den virker ikke og ingen kan logge inn mappe server nede takk hilsen fra vennlig "
    "til det er som for av at jeg de kunde ringe når kommer noen kan dere se feilen igjen siden mandag"
)
DESKS = ("support", "drift", "utstyr")
HANDLERS = ("kari", "ola", "ida", "per")
PEOPLE = {key: {"name": key.title(), "addresses": [f"{key}@staff.example"], "role": "handler"} for key in HANDLERS}


Made = tuple[dict[str, object], dict[str, object]]


class Writer:
    """A policy of so many rules, the same for the same seed."""

    def __init__(self, count: int, seed: int = 7) -> None:
        self.chance = random.Random(seed)
        self.count = count
        self.used: set[str] = set()

    def word(self) -> str:
        return "".join(self.chance.choices(SYLLABLES.split(), k=self.chance.randint(3, 6)))

    def words(self, most: int) -> list[str]:
        return [self.fresh() for _ in range(self.chance.randint(1, most))]

    def fresh(self) -> str:
        """A word that contains none of those before: rules that never decide are refused."""
        word = self.word()
        while any(other in word for other in self.used):
            word = self.word()
        self.used.add(word)
        return word

    def rules(self) -> list[dict[str, object]]:
        return [self.rule(number) for number in range(self.count)]

    def rule(self, number: int) -> dict[str, object]:
        chance = self.chance
        when: dict[str, object]
        when, mail = chance.choices(
            (self.customer, self.subject, self.either, self.expression, self.header, self.excepted),
            (30, 25, 15, 15, 5, 10),
        )[0](number)
        if "desk" not in when and chance.random() < 0.5:
            # What many rules of a site have in common tells none of them apart.
            when |= chance.choice(({"automatic": False}, {"desk": "drift"}, {"trust": "aligned"}))
        decided: dict[str, object] = {"priority": chance.choice(("critical", "high", "medium", "low"))}
        if chance.random() < 0.5:
            decided["desk"] = chance.choice(DESKS)
        if chance.random() < 0.3:
            decided["handler"] = {"least_loaded": chance.sample(HANDLERS, 2)}
        if chance.random() < 0.4:
            decided["label"] = self.word()
        rule: dict[str, object] = {"name": f"rule {number}", "when": when, "set": decided}
        if chance.random() < 0.3:
            rule["because"] = f"Agreement {number}, section {chance.randint(1, 9)}"
        # Earlier rules may decide the priority first: a test wants of its mail what is always so.
        if number % 5 == 0:
            rule["tests"] = [{"mail": mail, "expect": {"discard": False}}]
        return rule

    def customer(self, number: int) -> Made:
        domain = f"{self.word()}{number}.example".encode("idna").decode()
        when: dict[str, object] = {"domain": domain}
        if self.chance.random() < 0.5:
            when |= {"subject": self.words(3)}
        return when, {"from": f"ann@{domain}", "subject": " ".join(when.get("subject", ()))}

    def subject(self, number: int) -> Made:
        words = self.words(5)
        return {"subject": words, "not": {"kind": "automatic"}}, {"subject": f"Om {words[0]} {number}"}

    def either(self, number: int) -> Made:
        one, other = self.words(6), self.words(6)
        return {"any": [{"subject": {"contains": one}}, {"text": {"contains": other}}]}, {"text": f"Hei, {other[0]}"}

    def expression(self, number: int) -> Made:
        one, other = self.fresh(), self.fresh()
        form, mail = self.chance.choice(
            (
                (rf"\b{one}\s+{other}\b", f"{one}  {other}"),
                (rf"{one}-\d{{3,6}}", f"{one}-12345"),
                (rf"^{one}.*{other}$", f"{one} og {other}"),
                (rf"({one}|{other})[ :]+(nede|feil|error)", f"{one}: nede"),
            )
        )
        return {self.chance.choice(("subject", "text")): {"matches": form}}, {"subject": mail, "text": mail}

    def header(self, number: int) -> Made:
        value = self.fresh()
        return {"header": {"name": "X-System", "is": value}, "desk": "drift"}, {
            "headers": {"X-System": value}, "to": ["drift@desk.example"],
        }  # fmt: skip

    def excepted(self, number: int) -> Made:
        words, other = self.words(3), self.word()
        when = {"own_text": words, "not": {"any": [{"subject": other}, {"domain": f"{self.word()}.example"}]}}
        return when, {"text": words[0]}

    def text(self, own: list[str]) -> str:
        length = self.chance.randint(50, 800)
        words = (self.chance.choice(own) if self.chance.random() < 0.002 else self.other() for _ in range(length))
        return "\n".join(" ".join(line) for line in _lines(list(words)))

    def other(self) -> str:
        """A word that people write, or a name, a number or the like."""
        if self.chance.random() < 0.8:
            return self.chance.choice(COMMON.split())
        return "".join(self.chance.choices("abcdefghijklmnoprstuvyæøå0123456789", k=self.chance.randint(2, 11)))


def _lines(words: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(words), 12):
        yield words[start : start + 12]


def site(folder: Path, rules: list[dict[str, object]]) -> Path:
    desks = {
        key: {"addresses": [f"{key}@desk.example"], "name": key.title(), "language": "nb", "zone": "Europe/Oslo"}
        for key in DESKS
    }
    for name, document in (("desks", desks), ("people", PEOPLE), ("routing", rules)):
        text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def facts(subject: str, text: str, domain: str = "kunde.example") -> Facts:
    return Facts(
        desk="support", author=f"ann@{domain}", domain=domain, to=("support@desk.example",), cc=(), subject=subject, text=text,
        own_text=text, kind="person", automatic=False, language="nb", authenticated=True,
        headers=(("x-system", "nagios"), ("received", "from mx.kunde.example")), attachments=(), size=len(text),
    )  # fmt: skip


def mails(writer: Writer, rules: list[dict[str, object]], count: int) -> list[Facts]:
    own = [word for rule in rules for word in _words(rule["when"])]
    return [
        facts(" ".join([writer.other(), writer.chance.choice(own), writer.other()]), writer.text(own))
        for _ in range(count)
    ]


def _words(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (word for key, inner in value.items() if key != "matches" for word in _words(inner))
    elif isinstance(value, list):
        yield from (word for inner in value for word in _words(inner))
    elif isinstance(value, str):
        yield value


def adversaries() -> dict[str, Facts]:
    texts_ = {
        "64 kB of a": "a" * 65_536,
        "64 kB of marks": "e" + "\u0301\u0327" * 32_767,
        "64 kB of syllables": "".join(random.Random(1).choices(SYLLABLES.split(), k=30_000))[:65_536],
        "64 kB of characters": "".join(map(chr, range(32, 55_000))),
    }
    return {name: facts("x", text) for name, text in texts_.items()}


def milliseconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def measure(count: int, amount: int) -> dict[str, float]:
    writer = Writer(count)
    rules = writer.rules()
    sample = mails(writer, rules, amount)
    with tempfile.TemporaryDirectory() as folder:
        place = site(Path(folder), rules)
        words = texts.load(place / "templates", shipped("templates"))
        made: list[Policy] = []
        loads = [_loading(place, words, made) for _ in range(5)]
    policy = made[-1]
    first, again = _asking(policy, sample), min((_asking(policy, sample) for _ in range(3)), key=statistics.mean)
    return {
        "loading": min(loads),
        "asking": statistics.mean(again),
        "asking, p99": statistics.quantiles(again, n=100)[98],
        "asking, the first mails": statistics.mean(first),
        "the whole trace": milliseconds(lambda: route(sample[0], policy.rules).tried),
        **{name: _asking(policy, [mail])[0] for name, mail in adversaries().items()},
    }


def _loading(place: Path, words: Texts, made: list[Policy]) -> float:
    start = time.process_time()
    made.append(build.load(place, words))
    route(facts("x", "x"), made[-1].rules)
    return (time.process_time() - start) * 1000


def _asking(policy: Policy, sample: list[Facts]) -> list[float]:
    """Of each mail, whose texts nobody has folded yet."""
    took = []
    for mail in sample:
        fold.cache_clear()
        start = time.process_time()
        route(mail, policy.rules)
        took.append((time.process_time() - start) * 1000)
    return took


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.rules")
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument("--mails", type=int, default=200)
    options = parser.parse_args()
    figures = measure(options.rules, options.mails)
    for name, value in figures.items():
        print(f"{name:28} {value:10.3f} ms")
    print(json.dumps({"rules": options.rules, **{name: round(value, 3) for name, value in figures.items()}}))
    return int(figures["loading"] > LOADING or figures["asking"] > ASKING)


if __name__ == "__main__":
    sys.exit(main())
