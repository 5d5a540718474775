"""maild rules stats: which rules are used, and which only stand there."""

from __future__ import annotations

from collections.abc import Callable

from parts.mails import mail
from parts.net import wait_until
from parts.site import Site

ROUTING = """
- name: tried out
  shadow: true
  when: {subject: skriver}
  set: {priority: critical}
- name: printers
  when: {subject: skriver}
  set: {priority: high}
- name: screens
  when: {subject: skjerm}
  set: {priority: low}
- name: too late
  when: {subject: [skriver, pult]}
  set: {priority: low}
"""


def test_each_rule_is_told_with_what_there_is_to_think_about(make_site: Callable[..., Site]) -> None:
    site = make_site()
    (site.config.parent / "rules" / "routing.yaml").write_text(ROUTING)
    site.start()
    assert "no rule has matched a mail yet" in site.maild("rules", "stats").stdout
    site.send(mail("Ann Berg <ann@kunde.example>", "Skriver", "Den står."))
    assert wait_until(lambda: bool(site.cases()))
    told = {row["rule"]: (row["hits"], row["decided"], row["note"]) for row in site.json("rules", "stats")}
    assert told == {
        "printers": (1, 1, ""),
        "screens": (0, 0, "never hit"),
        "too late": (1, 0, "always shadowed: others decide before it"),
        "tried out": (1, 1, "in the shadow: would change 1"),
    }
    assert {row["hits"] for row in site.json("rules", "stats", "--since", "1d")} == {0, 1}
    assert {row["hits"] for row in site.json("rules", "stats", "--since", "2099-01-01")} == {0}
    wrong = site.maild("rules", "stats", "--since", "yesterday")
    assert (wrong.returncode, "is no time: write 90d" in wrong.stderr) == (64, True)
