"""What one client does at the door changes nothing for the next."""

from __future__ import annotations

from edges.knocking import Knocker, knock, opened


async def _longest(client: Knocker) -> str:
    """The answer to a command that is one octet too long."""
    await client.hello()
    return await client.ask(b"MAIL FROM:<" + b"a" * 4096 + b"@b.example>")


async def test_threat_35_greeting_again_and_again_raises_no_limit():
    """aiosmtpd adds the sizes of its extensions to a limit that all sessions share, at each EHLO."""
    async with opened() as door:
        before = await _longest(await knock(door.port))
        greeter, other = await knock(door.port), await knock(door.port)
        await greeter.hello()
        for _ in range(15):
            assert (await greeter.ask(b"EHLO again")).startswith("250")
        assert before.startswith("500 5.5.2")
        assert await _longest(other) == before
        assert await greeter.ask(b"MAIL FROM:<" + b"a" * 4096 + b"@b.example>") == before
        assert (await (await knock(door.port)).hello()).startswith("250")
