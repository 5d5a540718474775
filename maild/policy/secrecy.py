"""secrecy: rules that hand mail out, beside those that keep it in.  check(source, rules, site, desks): warnings go into the source.

In a confidential case nothing goes to those whom another rule names (decide/discreet.py).  Whoever wrote both rules may think that one
of them goes before; so he is told where they can meet.
LIMITS  So many confidential rules and desks are looked at for one rule that names outsiders; a site has a handful.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from maild.model.people import Desk
from maild.model.policy import Rule
from maild.policy import conditions, imply
from maild.policy.compare import Place, Site
from maild.policy.source import Source

LOOKED_AT = 50


def check(source: Source, rules: Sequence[Rule], site: Site, desks: Mapping[str, Desk]) -> None:
    """One warning for each rule that names outsiders and can meet what is confidential."""
    entries = source.document if isinstance(source.document, list) else []
    places = {source.where((index,)): index for index in range(len(entries))}
    secret = [(number, rule) for number, rule in enumerate(rules) if rule.set.confidential and not rule.shadow]
    shut = [key for key, desk in desks.items() if desk.confidential and not desk.retired]
    for number, rule in enumerate(rules):
        who = ", ".join(outsiders(rule))
        if not who or rule.shadow or rule.set.confidential:
            continue
        what, cure = next(iter((*_rules(number, rule, secret), *_desks(rule, shut, site))), ("", ""))
        if what:
            source.warn((places[rule.where], "set"), f"nothing goes to {who} {what}", cure)


def outsiders(rule: Rule) -> tuple[str, ...]:
    """The addresses that it lets read the mail or the answers."""
    return tuple(dict.fromkeys(one for one in (*rule.set.forward, *rule.set.watch) if "@" in one))


def _rules(number: int, rule: Rule, secret: Sequence[tuple[int, Rule]]) -> Iterator[tuple[str, str]]:
    for at, other in islice(secret, LOOKED_AT):
        first = other if at < number else rule
        open_already = rule.set.confidential is False and first is rule
        if first.stop or open_already or imply.excludes(rule.when, other.when):
            continue
        yield (
            f"where the rule {other.name!r} matches, too: that makes the case confidential",
            f"if they are to have it, name them in {other.name!r}; if not, write  stop: true  in the upper of the two",
        )


def _desks(rule: Rule, shut: Sequence[str], site: Site) -> Iterator[tuple[str, str]]:
    for key in islice(shut, LOOKED_AT):
        there = conditions.compile({"desk": key}, Place(Source(""), (), site))
        if rule.set.desk != key and (rule.set.desk is not None or imply.excludes(rule.when, there)):
            continue
        yield (
            f"in the cases of the desk {key!r}, which is confidential",
            f"if they are to have it, name them in a rule with  confidential: true; if not, add  not: {{desk: {key}}}",
        )
