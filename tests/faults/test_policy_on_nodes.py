"""One policy for all daemons of a database: who reloads brings it, the others take it, whatever their own files say."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

import pytest
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site, planted

ANN = "Ann Berg <ann@kunde.example>"
RULE = "- name: printers\n  when: {subject: skriver}\n  set: {priority: high}\n"
QUICK = "from maild import current\ncurrent.FILES = 1.0\n"


@pytest.fixture
def nodes(make_site: Callable[..., Site], postgres_url: str) -> tuple[Site, Site]:
    one, other = (make_site(options=("--database", postgres_url)) for _ in range(2))
    one.program = other.program = planted(QUICK)
    one.start()
    (other.config.parent / "state").mkdir(exist_ok=True)
    shutil.copy(one.config.parent / "state" / "keys", other.config.parent / "state" / "keys")
    other.start()
    return one, other


def write(site: Site, rules: str) -> None:
    (site.config.parent / "rules" / "routing.yaml").write_text(rules)


def in_force(site: Site) -> str:
    return str(json.loads(site.maild("status", "--json").stdout)["policy"])


def test_a_reload_on_one_node_is_one_on_all_and_who_has_other_files_says_so(nodes: tuple[Site, Site]) -> None:
    one, other = nodes
    write(one, RULE)
    assert one.maild("reload").returncode == 0
    assert wait_until(lambda: "policy taken over" in other.log_text())
    assert wait_until(lambda: in_force(other) == in_force(one))
    other.send(mail(ANN, "Skriver", "Den står."))
    assert wait_until(lambda: [case["priority"] for case in one.cases()] == ["high"])
    told = other.maild("status").stdout
    assert "brought by" in told
    assert "the files here are others" in told
    write(other, RULE)
    assert wait_until(lambda: "the files here are others" not in other.maild("status").stdout, 20)


def test_a_node_that_starts_beside_another_takes_what_is_in_force(nodes: tuple[Site, Site]) -> None:
    one, other = nodes
    write(one, RULE)
    assert one.maild("reload").returncode == 0
    assert wait_until(lambda: "policy taken over" in other.log_text())
    other.stop()
    write(other, RULE.replace("high", "low"))
    other.start()
    assert in_force(other) == in_force(one)


def test_the_only_node_starts_with_the_policy_of_its_files(nodes: tuple[Site, Site]) -> None:
    one, other = nodes
    before = in_force(one)
    other.stop()
    one.stop()
    write(one, RULE)
    one.start()
    assert in_force(one) != before


def test_a_policy_that_a_node_cannot_read_leaves_its_own_in_force_and_is_told(
    make_site: Callable[..., Site], postgres_url: str
) -> None:
    one, other = (make_site(options=("--database", postgres_url)) for _ in range(2))
    # The other one is of a time in which there was no such condition.
    other.program = planted("from maild.policy import conditions, imply\ndel conditions.CONDITIONS['domain']\n")
    one.start()
    (other.config.parent / "state").mkdir(exist_ok=True)
    shutil.copy(one.config.parent / "state" / "keys", other.config.parent / "state" / "keys")
    other.start()
    before = in_force(other)
    write(one, "- name: large\n  when: {domain: kunde.example}\n  set: {priority: low}\n")
    assert one.maild("reload").returncode == 0
    assert wait_until(lambda: "cannot be read, the old one stays" in other.log_text())
    assert in_force(other) == before
    assert "the last reload failed" in other.maild("status").stdout


def test_a_reload_that_drops_what_open_cases_use_names_them_and_the_admin_is_told_once(
    make_site: Callable[..., Site], sink: Sink
) -> None:
    site = make_site(options=("--admin", "admin@staff.example"))
    site.program = planted("from maild.edges import watch\nwatch.LOOK = 0.5\n")
    site.start()
    site.send(mail(ANN, "Skriver", "Den står."))
    assert wait_until(lambda: bool(site.cases()))
    [case] = site.cases()
    key = "kari" if "kari" in case["handler"] else "ola"
    people = site.config.parent / "rules" / "people.yaml"
    text = people.read_text("utf-8")
    people.write_text(text.replace(f"\n{key}:", "\nnew:").replace(f"{key}@", "new@"), "utf-8")
    done = site.maild("reload")
    assert done.returncode == 1
    number = case["number"].removeprefix("#")
    assert f"the handler '{key}' is gone, but 1 open case uses it: #{number}" in done.stderr
    assert "retired: true" in done.stderr
    site.reload()
    [alarm] = sink.wait("alarm", to="admin@staff.example")
    assert "1 problem" in alarm.text
    assert "the last reload failed" in site.maild("status").stdout
