"""approve: a rule's `approve`: who must say yes before a case goes on.

set: {approve: {by: [leder@kunde.example, ola], need: any, until: 14d}}
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from maild.model.approval import Approval
from maild.policy.compare import Anything, Place
from maild.policy.shape import ADDRESS, Days, Lines, Strict, fits, wrong
from maild.policy.source import nearest


def _need(value: Any) -> Any:
    if value in ("all", "any") or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise wrong(f"{str(value)[:40]!r} says not how many", "write all, any, or a number")


Need = Annotated[Literal["all", "any"] | int, BeforeValidator(_need)]


class ApproveForm(Strict):
    """The case rests until enough of these have said yes, or cannot any more."""

    by: Lines = Field(description="Addresses, or keys of handlers.", examples=["[head@customer.example, ola]"])
    need: Need = Field(
        "all", description="How many must say yes: all (but the customer himself), any (one), or a number."
    )
    until: Days = Field(14, description="How long they have: 14d. Whoever does not answer has not said yes.")


def compiled(value: Any, place: Place) -> Approval | None:
    """The approval; its problems are the place's."""
    form = fits(ApproveForm, place.source, place.path, value)
    if form is None:
        return None
    voters = tuple(_folded(voter.lower(), place) for voter in form.by)
    for index, voter in enumerate(voters):
        here = place.at("by").at(index) if isinstance(value["by"], list) else place.at("by")
        _voter(voter, here)
        if voter in voters[:index]:
            here.wrong(f"{voter!r} stands here twice", "name everybody once, a handler by key or by address")
    need = {"all": 0, "any": 1}.get(str(form.need), form.need)
    assert isinstance(need, int)
    if form.need != "all" and not 1 <= need <= len(voters):
        place.at("need").wrong(f"{need} of {len(voters)} cannot be", "write all, any, or a number that there is")
    if not 1 <= form.until <= 365:
        place.at("until").wrong("must be 1d to 365d", "write it like 14d")
    return Approval(voters, need, timedelta(days=form.until))


def _folded(voter: str, place: Place) -> str:
    """A handler's address is the handler: nobody has two votes."""
    if "@" not in voter or isinstance(place.site.staff, Anything):
        return voter
    return next((key for key, one in place.site.staff.items() if one is not None and voter in one.addresses), voter)


def _voter(voter: str, here: Place) -> None:
    site = here.site
    if "@" not in voter:
        handler = site.staff.get(voter)
        if voter not in site.staff:
            here.wrong(
                f"there is no handler {voter[:60]!r}", f"write an address, or a key: {nearest(voter, site.staff)}"
            )
        elif handler is not None and handler.retired:
            here.wrong(f"the handler {voter!r} is retired", "name another")
    elif not ADDRESS.fullmatch(voter):
        here.wrong(f"{voter[:60]!r} is no mail address", "write it like name@example.org, without <>")
    elif not isinstance(site.desks, Anything) and any(voter in desk.addresses for desk in site.desks.values() if desk):
        here.wrong(f"{voter} is a desk of ours", "name a person")


def schema() -> dict[str, Any]:
    return {"description": "The case rests until these have approved it.", **ApproveForm.model_json_schema()}
