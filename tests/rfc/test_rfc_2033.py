"""LMTP (RFC 2033): a mail server hands over, and is told of each recipient."""

from __future__ import annotations

from pathlib import Path

from edges.knocking import knock_at, opened


async def test_rfc_2033_5_all_commands_may_come_at_once(lmtp_path: Path) -> None:
    async with opened(smtp=None, lmtp=lmtp_path) as door:
        client = await knock_at(lmtp_path)
        client.say(
            b"LHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<a@desk.example>\r\nRCPT TO:<x@else.example>\r\nRCPT TO:<a@desk.example>\r\n"
            b"DATA\r\none\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<b@desk.example>\r\nDATA\r\ntwo\r\n.\r\nQUIT\r\n"
        )
        replies = [(await client.hear())[:9] for _ in range(14)]
        assert replies[2:] == [
            "250 2.1.0", "250 2.1.5", "550 5.1.1", "250 2.1.5", "354 go ah", "250 2.0.0", "250 2.0.0",
            "250 2.1.0", "250 2.1.5", "354 go ah", "250 2.0.0", "221 2.0.0",
        ]  # fmt: skip
        assert [d.recipients for d in door.mailroom.deliveries] == [("a@desk.example",) * 2, ("b@desk.example",)]
