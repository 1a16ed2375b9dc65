"""Este endereço de webhook é mesmo nosso? O desafio da Meta (`hub.challenge`), de verdade."""

import secrets

import aiohttp

from pyloto_stream.simulator.config import Pace


async def shakes_hands(url: str, verify_token: str, pace: Pace) -> bool:
    """Faz o desafio e diz se a resposta foi 200 com o texto exato."""
    challenge = str(secrets.randbelow(9 * 10**9) + 10**9)
    query = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge}
    timeout = aiohttp.ClientTimeout(total=pace.timeout_ms / 1000)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, params=query, allow_redirects=False) as reply,
        ):
            return reply.status == 200 and await reply.text() == challenge
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return False
