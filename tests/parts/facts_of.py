"""facts_of: a facts.yaml for stories, compiled."""

from __future__ import annotations

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
