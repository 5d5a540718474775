"""A handler's standing address: for new mail of his own, without any letter to answer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from making import KARI, MONDAY, PROVEN, mail, policy
from parts.house import House

from maild import config as plumbing
from maild import keyring
from maild.cli import root
from maild.decide.ledger import Ledger
from maild.decide.proof import lack_anew
from maild.mail import token
from maild.model.known import Known
from maild.model.people import Authentication, Trust

CLOSED = Trust(Authentication.INTERNAL, "closed-network")


@pytest.mark.parametrize(
    ("trust", "standing", "lacks"),
    [
        (PROVEN, "", ""),
        (PROVEN, "kari", ""),
        (CLOSED, "kari", ""),
        (CLOSED, "", "no signed address of his own"),
        (CLOSED, "ola", "no signed address of his own"),
        (Trust(), "kari", "From is not proven"),
        (Trust(), "", "From is not proven"),
    ],
)
def test_new_mail_is_a_handlers_when_from_is_proven_and_in_a_closed_network_by_his_address(
    trust: Trust, standing: str, lacks: str
):
    prepared = replace(mail("Ring Bo", "Han venter.", KARI.address, trust=trust), standing=standing)
    assert lack_anew(Ledger("incoming:1", Known(), policy(), MONDAY), prepared, KARI) == lacks


def trace(house: House, row: int) -> dict[str, Any]:
    found = house.session.one("SELECT trace FROM incoming WHERE id=?", (row,))
    assert found is not None
    return dict(json.loads(found[0]))


def test_it_is_one_address_of_the_desk_and_the_help_names_it(house: House):
    house.mail("Ann <ann@kunde.example>", "Skriver", "Den står.")
    notice = house.letters("notice")[0]
    house.reply(notice, "/hjelp")
    (help_,) = house.letters()
    address = token.standing_address(house.policy.desks["support"], "kari", house.keys)
    assert f"sender du til: {address}" in help_.text
    row = house.mail("Kari <kari@staff.example>", "Bo ringte", "Han venter.", address)
    assert trace(house, row)["handler"] == {"key": "kari", "lacks": ""}
    assert house.case("1002")["desk"] == "support"


def test_that_of_somebody_who_left_is_the_plain_desk(house: House):
    address = token.standing_address(house.policy.desks["support"], "kari", house.keys)
    handlers = dict(house.policy.handlers)
    house.policy = replace(house.policy, handlers={**handlers, "kari": replace(handlers["kari"], retired=True)})
    row = house.mail("Kari <kari@staff.example>", "Bo ringte", "Han venter.", address)
    assert "handler" not in trace(house, row)
    assert [letter.to for letter in house.letters("notice")] == ["ola@staff.example"]


def test_the_admin_prints_it_and_sees_who_may_do_what(tmp_path: Path):
    site = tmp_path / "site"
    made = [
        str(site),
        "--desk",
        "support@desk.example",
        "--handler",
        "Kari <kari@staff.example>",
        "--relay",
        "127.0.0.1:25",
    ]
    assert CliRunner().invoke(root, ["init", *made]).exit_code == 0
    people = (site / "rules" / "people.yaml").read_text()
    (site / "rules" / "people.yaml").write_text(
        f"{people}\nola:\n  name: Ola\n  addresses: [ola@staff.example]\n  retired: true\n"
    )

    def asked(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(root, [*words, "-c", str(site / "maild.yaml")])
        return done.exit_code or int(done.return_value or 0), done.output

    (site / "state").mkdir(mode=0o700)
    keyring.write(plumbing.load(site / "maild.yaml").keys, token.fresh(b"k" * 32, "aa"))
    code, address = asked("handler", "address", "kari")
    assert (code, address.startswith("support+s"), address.strip().endswith("@desk.example")) == (0, True, True)
    assert asked("handler", "address", "kari")[1] == address, "always the same"
    code, listed = asked("handler", "list", "--json")
    assert [json.loads(row)["roles"] for row in listed.splitlines()] == [{"support": "handler"}, {}]
    for words, said in (
        (["ola"], "nobody works here"),
        (["eve"], "nobody is called"),
        (["kari", "--desk", "drift"], "drift"),
    ):
        code, told = asked("handler", "address", *words)
        assert said in told
