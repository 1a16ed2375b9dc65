"""Uma porta sobre um executor e uma tabela quaisquer, que respondem quando o teste quer."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from aiohttp import web

from ingress.answering import Asked
from ingress.app import create_public_app
from ingress.identities import NoAliases
from ingress.opened import Proven
from ingress.ports import Aliases, Names, Offer
from ingress.runner import EXPRESS
from pyloto_stream.errors import TransientError, UnavailableError
from pyloto_stream.streams.model import Item
from pyloto_stream.whatsapp.identity import Person
from tests.support import webhooks as meta
from tests.support.ingress import CONFIG, NOW_MS, Recorder, Tally

ANA, PHONE = Person("5511900000001", "BR.1"), Person("5511900000001")
"""Ana com os seus dois ids, e só com um."""
BIA = Person("5511900000002")


OPEN: list[web.Application] = []
"""As que um teste abriu; `tests/ingress/conftest.py` fecha-as."""


class Door:
    """A porta de verdade sobre os dublês dados; `heard`: a resposta a cada pedido, por lugar."""

    def __init__(self, acceptance: Recorder, aliases: Aliases) -> None:
        self.tally = Tally()
        self.app = create_public_app(CONFIG, acceptance, self.tally, clock=lambda: NOW_MS, aliases=aliases)
        OPEN.append(self.app)
        self.heard: dict[int, list[bytes | None]] = defaultdict(list)
        self.tasks: list[asyncio.Task[None]] = []

    def ask(self, person: Person) -> "asyncio.Task[None]":
        """Uma mensagem de `person`, a de número seguinte (`wamid.<n>`); as ímpares, por `plain.py`."""
        number, ids = len(self.tasks), {"from": person.phone, "from_user_id": person.user_id}
        text = meta.text(f"wamid.{number}", **{name: value for name, value in ids.items() if value})
        if not person.phone:
            del text["from"]
        contact = {"wa_id": person.phone, "user_id": person.user_id}
        contacts: list[meta.Json] = [{name: value for name, value in contact.items() if value}]
        asked = Asked(Proven(meta.body(text, contacts=contacts if number % 2 else []), f"c{number}"), 0.0)
        task = self.app[EXPRESS].enter(asked, self.heard[number].append)
        self.tasks.append(task)
        return task

    def statuses(self) -> list[int]:
        """O código da resposta a cada pedido, por lugar; 0 se foi interrompido."""
        return [int((self.heard[number][0] or b" " * 9 + b"0")[9:12]) for number in range(len(self.tasks))]

    async def ended(self) -> None:
        """Tudo terminou, e cada um ouviu uma vez."""
        await asyncio.wait_for(asyncio.gather(*self.tasks, return_exceptions=True), 5)
        assert all(len(self.heard[number]) == 1 for number in range(len(self.tasks)))


def entered(acceptance: Recorder) -> list[int]:
    """Os números das mensagens que entraram, na ordem."""
    return [int(offer.dedupe_key.rpartition(".")[2]) for offer in acceptance.offers]


class Table(NoAliases):
    """Uma tabela que só responde quando se quer; quem mostra dois ids é de quem tem o mais forte."""

    def __init__(self) -> None:
        self.asked: list[asyncio.Event] = []

    async def resolve(self, people: Sequence[Names]) -> list[str]:
        told = asyncio.Event()
        self.asked.append(told)
        await told.wait()
        return [names[0] for names in people]


class Slow(Recorder):
    """Um executor que precisa de uma ida antes se algo tem nome anterior; as idas acabam com `going`."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self.going = asyncio.Event()

    async def accept_each(self, groups: Sequence[Sequence[Offer]]) -> list[list[bool] | TransientError]:
        self.sizes.append(len(groups))
        if any(isinstance(offer, Item) and offer.former for group in groups for offer in group):
            await self.going.wait()
        told = await super().accept_each(groups)
        await self.going.wait()
        return told


class Confirmed(Table):
    """Uma tabela por quem `Confirms` confirma; perguntada, ainda só responde quando se quer."""

    confirms = True


class Confirms(Slow):
    """Um executor que confirma: quem mostra dois ids tem uma conversa que não é a suposta."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong = 0
        self.going.set()

    async def accept_each(self, groups: Sequence[Sequence[Offer]]) -> list[list[bool] | TransientError]:
        wrong = [n for n, group in enumerate(groups) if any(is_wrong(offer) for offer in group)]
        self.wrong += len(wrong)
        told = await super().accept_each([[] if n in wrong else group for n, group in enumerate(groups)])
        for n in wrong:
            told[n] = UnavailableError(code="another_person")
        return told


def is_wrong(offer: Offer) -> bool:
    """Supôs-se, e não é assim?"""
    return isinstance(offer, Item) and len(offer.names) > 1
