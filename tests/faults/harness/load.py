"""Conversas cuja ordem se vê de fora: cada mensagem corrige a cidade, e a resposta diz qual ficou valendo."""

import asyncio
import random
import re
from collections.abc import Sequence

import msgspec

from pyloto_stream.simulator.people import Person, StatusName
from pyloto_stream.simulator.registry import fictional
from tests.faults.harness.run import Run

CITIES = ("Londrina", "Curitiba", "Campinas", "Santos", "Recife", "Manaus", "Palmas", "Natal", "Olinda")
FIRST = f"oi, quero ser entregador, moro em {CITIES[0]}"
LAST = "quero falar com um atendente"
NAME = "Zuleica Pimentel"
REPLY_S = 40.0
FIRST_PERSON = 101
"""Os de número baixo já estão na tela da Meta local, com outro perfil."""
_CITY = re.compile("|".join(CITIES))


def lines(corrections: int) -> list[str]:
    """O que uma pessoa diz, em ordem: pede, corrige a cidade `corrections` vezes, pede uma pessoa."""
    return [FIRST, *(f"na verdade a cidade é {city}" for city in CITIES[1 : corrections + 1]), LAST]


async def talk(
    run: Run,
    count: int = 6,
    *,
    corrections: int = 3,
    said: Sequence[str] | None = None,
    statuses: tuple[StatusName, ...] = ("sent",),
    patient: bool = True,
    photos: bool = False,
) -> list[Person]:
    """`count` pessoas novas conversam ao mesmo tempo, até tudo ser aceito.

    `patient`: entre rajadas cada pessoa espera alguma resposta; sem isso, só espera o 200. `photos`: a
    primeira rajada leva também uma foto.
    """
    everyone = people(run, count, statuses)
    texts = lines(corrections) if said is None else said
    rngs = [random.Random(run.rng.random()) for _ in everyone]
    await asyncio.gather(
        *(
            chat(person, rng, texts, patient=patient, photos=photos)
            for person, rng in zip(everyone, rngs, strict=True)
        )
    )
    run.note(f"{count} people said all they had to say")
    return everyone


def people(run: Run, count: int, statuses: tuple[StatusName, ...] = ("sent",)) -> list[Person]:
    """`count` pessoas novas, que ainda nada disseram; `statuses`: o que a Meta conta do que recebem."""
    first = FIRST_PERSON + len(run.people)
    profiles = [
        msgspec.structs.replace(fictional(first + n), name=NAME, statuses=statuses) for n in range(count)
    ]
    found = [run.meta.person(profile) for profile in profiles]
    run.people += found
    return found


async def chat(
    person: Person, rng: random.Random, texts: Sequence[str], *, patient: bool = True, photos: bool = False
) -> None:
    """Escreve tudo, em rajadas; uma rajada vai num só webhook: assim se sabe a ordem de aceitação."""
    left = list(texts)
    while left:
        size = rng.randint(1, 3)
        answered = len(person.replies)
        last = person.say(left[0])
        if photos and len(left) == len(texts):
            last = (
                person.photo()
            )  # uma só: fotos seguidas são respostas inúteis, e a conversa iria a uma pessoa
        for text in left[1:size]:
            last = person.say(text)
        assert await last.accepted()
        del left[:size]
        if left and patient:
            await person.reply(answered, REPLY_S)


def cities(person: Person) -> list[int]:
    """A cidade que cada resposta cita, pela posição em `CITIES`; quem não cita nenhuma não conta."""
    once = {reply.reply_id: reply.wamid for reply in person.replies}
    texts = [person.bubble(wamid).text for wamid in once.values()]
    return [CITIES.index(found[-1]) for text in texts if (found := _CITY.findall(text))]


def last_city(person: Person) -> list[int]:
    """A última correção que a pessoa fez, do mesmo modo; vazio se não fez nenhuma."""
    said = [_CITY.findall(bubble.text) for bubble in person.thread if bubble.mine]
    return [CITIES.index(found[-1]) for found in said[1:] if found][-1:]
