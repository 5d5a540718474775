"""Relay spam through acknowledgements, the short form of `make storm-forged`."""

from __future__ import annotations

from parts.sink import Sink
from parts.site import Site
from storm.forged import flood


def test_threat_7_three_hundred_forged_senders_make_few_letters_without_their_words(besieged: Site, far: Sink):
    """Three domains, whose hourly budgets are 20 letters each: 0.2 letters a mail.  Beyond 200 letters an hour the pool ends, too."""
    outcome = flood(besieged, far, mails=300, domains=3, seed=7)
    assert outcome.faults == []
    assert 0 < len(outcome.outside) <= 60 * outcome.hours
    assert len([letter for letter in far.letters if letter.kind == "notice"]) == 300
