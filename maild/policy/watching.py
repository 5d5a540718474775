"""watching: rules that let a desk read along in its own cases.  check(source, rules, site): warnings go into the source.

It reads them anyway, so whoever wrote that meant another desk.  Where another rule may decide the desk, nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from maild.model.people import Desk
from maild.model.policy import Rule
from maild.policy import conditions, imply
from maild.policy.compare import Place, Site
from maild.policy.source import Source

_DESK = "desk:"


def check(source: Source, rules: Sequence[Rule], site: Site, desks: Mapping[str, Desk]) -> None:
    entries = source.document if isinstance(source.document, list) else []
    places = {source.where((index,)): index for index in range(len(entries))}
    moving = [(number, rule) for number, rule in enumerate(rules) if rule.set.desk is not None and not rule.shadow]
    for number, rule in enumerate(rules):
        for key in (one.removeprefix(_DESK) for one in rule.set.watch if one.startswith(_DESK)):
            away = [(at, other) for at, other in moving if other.set.desk != key]
            others = [other for at, other in away if at < number or rule.set.desk is None]
            if _is_its_own(rule, key, site, desks) and all(imply.excludes(rule.when, one.when) for one in others):
                what = f"the desk {key!r} reads along in its own cases, which does nothing"
                source.warn(
                    (places[rule.where], "set", "watch"), what, "name another desk, or a handler; or take it out"
                )


def _is_its_own(rule: Rule, key: str, site: Site, desks: Mapping[str, Desk]) -> bool:
    if rule.set.desk is not None:
        return rule.set.desk == key
    there = conditions.compile({"desk": key}, Place(Source(""), (), site))
    return imply.implies(rule.when, there) or [one for one, desk in desks.items() if not desk.retired] == [key]
