"""O sistema inteiro com um modelo: do webhook assinado à entrega, com ele de pé e com ele caído."""

import json
from pathlib import Path

from pyloto_stream.ai.prompts import PROMPTS
from pyloto_stream.cli.local import Local, local_system
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.sessions import SessionStore
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support.local import local_settings
from tests.support.model_answers import MODEL
from tests.support.model_server import model_server
from tests.support.streams import until

REPLY_S = 20.0
SIGN_UP = (
    "quero ser entregador",
    "me chamo Ana Souza",
    "moro em Londrina PR",
    "moto",
    "noites e fim de semana",
)
MAIL = "ana.souza@exemplo.com.br"


async def converse(local: Local, number: int) -> str:
    """Um cadastro inteiro; devolve o texto da última resposta."""
    person = local.simulator.person(fictional(number))
    for at, text in enumerate(SIGN_UP):
        person.say(f"{text}. meu email é {MAIL}" if at == 0 else text)
        last = await person.reply(at, REPLY_S)
    return str(json.loads(json.dumps(last.payload))["text"]["body"])


async def versions(local: Local) -> list[str]:
    """As instruções que entenderam cada sessão encerrada, da primeira à última."""
    documents = await SqliteDocuments.open(local.settings.sqlite_path)
    found: list[str] = []
    try:

        async def stored() -> bool:
            found[:] = []
            headers = (await ConversationStore(documents).headers()).headers
            for header in headers:
                sessions, _ = await SessionStore(documents).of(header.user_key)
                found.extend(f"{one.closed_at} {one.prompt_version}" for one in sessions)
            return len(found) == 2

        await until(stored)
    finally:
        await documents.close()
    return [one.partition(" ")[2] for one in sorted(found)]


async def test_a_sign_up_ends_the_same_with_the_model_up_and_down(tmp_path: Path) -> None:
    async with model_server() as server:
        settings = local_settings(
            tmp_path,
            OPENAI_ENABLED="true",
            OPENAI_BASE_URL=server.url,
            OPENAI_MODEL=MODEL,
            PAIR_INTERVAL="0",
            OPENAI_TIMEOUT_SECONDS="20",
        )
        async with local_system(settings) as local:
            up = await converse(local, 1)
            assert len(server.bodies) == len(SIGN_UP)
            server.then = "500"
            down = await converse(local, 2)
            assert len(server.bodies) == len(SIGN_UP) + 3, "after three failures nobody waits for it"
            assert "Ana Souza" in up
            assert up == down
            assert await versions(local) == [PROMPTS.version, ""]
        personal = (MAIL, fictional(1).key, fictional(1).key[-8:])
        assert not [one for one in personal for body in server.bodies if one.encode() in body]
