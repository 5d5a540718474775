"""facts_of: a facts.yaml for stories, and compiled."""

from __future__ import annotations

from maild.model.fact import Fact
from maild.policy import build
from maild.policy.compare import Site
from maild.policy.source import Source

FACTS = r"""
user_name:
  label: {nb: Brukernavn, nn: Brukarnamn, sl: Uporabniško ime, en: User name}
  pattern: '[a-z]{2,8}[0-9]{2,4}'
computer:
  label: {nb: Datamaskin, nn: Datamaskin, sl: Računalnik, en: Computer}
  where: '\bPC-[0-9]{4}\b'
room:
  label: {nb: Rom, nn: Rom, sl: Soba, en: Room}
"""


def compiled(text: str) -> dict[str, Fact]:
    """What a facts.yaml says, which must be without mistakes."""
    source = Source.of(text, "facts.yaml")
    found = build.facts_of(source, Site({}, build.LANGUAGES))
    assert source.problems == []
    return found
