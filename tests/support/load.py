"""Conversas cuja ordem se vê de fora: cada mensagem corrige a cidade, e a resposta diz qual ficou valendo.

Se a ordem se perdesse, a resposta citaria uma cidade antiga; se um turno se repetisse, haveria duas respostas
com o mesmo id; se sumisse, o número de turnos e o de respostas não bateriam.
"""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Sequence

import msgspec
from redis.asyncio import Redis

from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.sessions import SessionStore
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support import look
from tests.support.servers import open_raw
from tests.support.system import System

CITIES = (
    "Londrina", "Curitiba", "Campinas", "Santos", "Recife", "Manaus", "Palmas", "Natal", "Olinda",
)  # fmt: skip
SAID = (
    f"oi, quero ser entregador, moro em {CITIES[0]}",
    *(f"na verdade a cidade é {city}" for city in CITIES[1:]),
    "quero falar com um atendente",
)
NAME = "Zuleica Pimentel"
"""O nome no perfil de quem conversa: nenhum log pode mostrá-lo."""
REPLY_S, LEFT_S = 60.0, 30.0
FIRST = 3000
_CITY = re.compile("|".join(CITIES))


async def chat(person: Person, rng: random.Random) -> None:
    """Escreve tudo, em rajadas; entre elas espera alguma resposta.

    As mensagens de uma rajada vão juntas num só webhook: só assim a ordem de aceitação é conhecida.
    """
    left = list(SAID)
    while left:
        size = rng.randint(1, 4)
        answered = len(person.replies)
        (*_, last) = [person.say(text) for text in left[:size]]
        assert await last.accepted()
        del left[:size]
        if left:
            await person.reply(answered, REPLY_S)


async def talk(system: System, count: int, seed: int, first: int = FIRST) -> list[Person]:
    """`count` pessoas, a partir da de número `first`, conversam ao mesmo tempo, até tudo ser aceito."""
    profiles = [msgspec.structs.replace(fictional(first + n), name=NAME) for n in range(count)]
    people = [system.simulator.person(profile) for profile in profiles]
    rngs = [random.Random(f"{seed}.{first + n}") for n in range(count)]
    await asyncio.gather(*(chat(person, rng) for person, rng in zip(people, rngs, strict=True)))
    return people


async def talk_until(
    system: System, enough: asyncio.Event, seed: int, *, least: int, wave: int
) -> list[Person]:
    """Gente nova conversa, em ondas de `wave`, até `enough` e até serem pelo menos `least` pessoas."""
    people: list[Person] = []
    while not enough.is_set() or len(people) < least:
        people += await talk(system, wave, seed, FIRST + len(people))
    return people


def cities(person: Person) -> list[int]:
    """A cidade que cada resposta cita, pela posição em `CITIES`; quem não cita nenhuma não conta."""
    texts = [person.bubble(reply.wamid).text for reply in person.replies]
    return [CITIES.index(found[-1]) for text in texts if (found := _CITY.findall(text))]


async def verify(system: System, redis_url: str, people: Sequence[Person]) -> None:
    """Tudo em ordem, uma resposta por turno, nenhuma duas vezes, nada pendente e nada guardado a mais."""
    status = await system.quiet()
    assert [stage.dead for stage in status.stages] == [0] * len(status.stages)
    assert status.dead_ingress == 0
    sent = Counter(message.reply_id for message in system.simulator.sent)
    assert [reply_id for reply_id, times in sent.items() if times > 1] == []
    async with open_raw(redis_url, decode_responses=True) as redis:
        async with asyncio.timeout(LEFT_S):  # a Meta ainda pode estar mandando status
            while left := await _left(redis):
                await system.quiet()
        assert left == []
    documents = await SqliteDocuments.open(system.settings.sqlite_path)
    try:
        for person in people:
            await _verify_person(system, documents, person)
    finally:
        await documents.close()


async def _left(redis: Redis) -> list[str]:
    """Caixas de entrada com eventos e conversas de portão fechado."""
    gates = [key for key in await look.found(redis, "*:conv:*") if await redis.hexists(key, "g")]
    return await look.found(redis, "*:inbox:*") + gates


async def _verify_person(system: System, documents: SqliteDocuments, person: Person) -> None:
    key = system.key(person)
    order = cities(person)
    assert order[-1] == len(CITIES) - 1, f"the last city is not the last one said: {order}"
    assert order == sorted(order), f"replies out of order: {order}"
    messages = (await ConversationStore(documents).messages(key, limit=100)).messages
    texts = [message.text for message in messages if message.direction == "in"]
    assert sorted(texts) == sorted(SAID)
    replies = [message for message in messages if message.direction == "out"]
    assert {message.id for message in replies} == {reply.wamid for reply in person.replies}
    ((session,), _) = await SessionStore(documents).of(key)
    assert session.outcome == "HANDOFF_HUMAN"
    assert session.facts["city"].startswith(CITIES[-1])
    log = AuditLogStore(documents)
    closed = [event async for event in log.events(key) if event.action == "SESSION_CLOSED"]
    assert [event.data["turns"] for event in closed] == [len(person.replies)]
    assert (await log.verify(key)).intact
