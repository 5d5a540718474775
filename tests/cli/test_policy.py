"""maild policy: what was in force, when, and what it said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from parts.site import Site

RULE = "- name: printers\n  when: {subject: skriver}\n  set: {priority: high}\n"


def two_policies(make_site: Callable[..., Site]) -> tuple[Site, Path]:
    """One with no rule, then one with a rule about printers."""
    site = make_site().start()
    rules = site.config.parent / "rules"
    (rules / "routing.yaml").write_text(RULE)
    assert site.maild("reload").returncode == 0
    return site, rules


def test_the_list_names_each_with_what_it_changed_and_the_diff_says_how(make_site: Callable[..., Site]) -> None:
    site, rules = two_policies(make_site)
    newest, first = site.json("policy", "list")
    assert newest["changed"] == ["routing.yaml"]
    assert newest["policy"] != first["policy"]
    assert site.maild("policy", "list").stdout.splitlines()[1].split()[2] == newest["policy"][:12]
    done = site.maild("policy", "diff")
    assert done.returncode == 1
    assert "+  when: {subject: skriver}" in done.stdout
    (rules / "routing.yaml").write_text(RULE.replace("high", "low"))
    assert (
        "-  set: {priority: high}\n+  set: {priority: low}\n" in site.maild("policy", "diff", "active", "disk").stdout
    )
    same = site.maild("policy", "diff", first["policy"][:10], "previous")
    assert (same.returncode, same.stdout) == (0, "")


def test_the_very_files_of_any_of_them_can_be_had_again(make_site: Callable[..., Site], tmp_path: Path) -> None:
    site, rules = two_policies(make_site)
    before = {path.name: path.read_bytes() for path in rules.glob("*.yaml")}
    (rules / "routing.yaml").write_text("")
    out = tmp_path / "out"
    assert site.maild("policy", "show", "active", "--dir", str(out)).returncode == 0
    after = {path.name: path.read_bytes() for path in (out / "rules").glob("*.yaml")}
    assert after == {name: octets for name, octets in before.items() if octets.strip()}
    assert (out / "shipped" / "templates" / "nb" / "ack.txt").exists()
    again = site.maild("policy", "show", "active", "--dir", str(out))
    assert (again.returncode, "is not empty" in again.stderr) == (1, True)
    shown = site.maild("policy", "show", "active").stdout
    assert "routing.yaml  3 lines" in shown
    assert "byte for byte" not in shown


def test_every_decision_names_its_policy(make_site: Callable[..., Site]) -> None:
    from parts.mails import mail
    from parts.net import wait_until

    site, _ = two_policies(make_site)
    site.send(mail("Ann Berg <ann@kunde.example>", "Skriver", "Den står.", Message_ID="<1@kunde.example>"))
    assert wait_until(lambda: bool(site.cases()))
    done = site.maild("explain", "<1@kunde.example>", "--json")
    [trace] = json.loads(done.stdout)
    assert trace["policy"] == site.json("policy", "list")[0]["policy"]


def test_a_policy_that_nobody_knows_is_a_sentence(make_site: Callable[..., Site]) -> None:
    site, _ = two_policies(make_site)
    done = site.maild("policy", "show", "nonsense")
    assert (done.returncode, done.stderr) == (1, "Error: there is no policy 'nonsense' (maild policy list)\n")


TESTED = RULE + "  tests:\n    - mail: {subject: Skriver}\n      expect: {priority: %s}\n"


def test_a_reload_whose_tests_fail_is_refused_and_a_start_goes_on_and_says_so(make_site: Callable[..., Site]) -> None:
    site = make_site().start()
    routing = site.config.parent / "rules" / "routing.yaml"
    routing.write_text(TESTED % "low")
    done = site.maild("reload")
    assert done.returncode == 1
    assert "routing.yaml:5:7: a test of the rule 'printers' fails: priority is high, not low" in done.stderr
    site.stop()
    site.start()
    assert '"place": "routing.yaml:5", "event": "a test beside a rule fails: maild check says how"' in site.log_text()
    routing.write_text(TESTED % "high")
    assert site.maild("reload").returncode == 0


def test_show_says_which_mails_of_tests_are_not_kept(make_site: Callable[..., Site], tmp_path: Path) -> None:
    site = make_site()
    rules = site.config.parent / "rules"
    (rules / "routing.yaml").write_text(RULE + "  tests:\n    - file: mails/one.eml\n      expect: {priority: high}\n")
    (rules / "mails").mkdir()
    (rules / "mails" / "one.eml").write_bytes(b"From: ann@kunde.example\nSubject: Skriver\n\nx\n")
    site.start()
    done = site.maild("policy", "show", "active", "--dir", str(tmp_path / "out"))
    assert (done.returncode, "without mails/one.eml" in done.stderr) == (0, True)
