"""De que se faz um roteiro? Passos: o que a pessoa manda, o que outros fazem e o que se espera.

Promete: todo gesto da pessoa (`Gesture`) sai como webhook assinado, pelas mesmas portas da tela. Limite:
`Watch` só diz o que esperar; quem toca o roteiro sabe onde ver.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from pyloto_stream.simulator.delivery import Delivery
from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.faults import Fault
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.registry import fictional

Bare = Literal["voice", "sticker", "photo", "video", "document", "call", "number", "revoke"]
"""Gestos que se fazem sem dizer mais nada; `photo`, `video` e `document` aceitam legenda."""


class Say(msgspec.Struct, frozen=True):
    """A pessoa escreve; `copies` > 1 entrega o mesmo webhook mais vezes."""

    text: str
    copies: int = 1


class Burst(msgspec.Struct, frozen=True):
    """A pessoa escreve várias mensagens sem esperar resposta."""

    texts: tuple[str, ...]


class Tap(msgspec.Struct, frozen=True):
    """A pessoa toca na opção de título `title` da resposta mais recente que a tem."""

    title: str


class Post(msgspec.Struct, frozen=True):
    """A pessoa manda outra coisa: `message` é um item de `messages[]` (áudio, localização, figurinha…)."""

    message: Json

    def made_by(self, person: Person) -> Delivery:
        """O webhook."""
        return person.send_raw(self.message)


class Make(msgspec.Struct, frozen=True):
    """A pessoa faz um gesto: um arquivo de amostra, uma ligação, o número trocado, a última fala apagada."""

    gesture: Bare
    caption: str = ""

    def made_by(self, person: Person) -> Delivery:
        """O webhook."""
        match self.gesture:
            case "voice":
                return person.voice()
            case "sticker":
                return person.sticker()
            case "photo":
                return person.photo(caption=self.caption)
            case "video":
                return person.video(caption=self.caption)
            case "document":
                return person.document(caption=self.caption)
            case "call":
                return person.call()
            case "number":
                return person.change_number(fictional((int(person.profile.wa_id[-4:]) + 5000) % 10_000).wa_id)
            case "revoke":
                return person.revoke(_last_own(person))


class Locate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pessoa manda um lugar, em graus."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""

    def made_by(self, person: Person) -> Delivery:
        """O webhook."""
        return person.location(self.latitude, self.longitude, self.name, self.address)


class Share(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pessoa manda um contato."""

    name: str
    phone: str

    def made_by(self, person: Person) -> Delivery:
        """O webhook."""
        return person.contact(self.name, self.phone)


class React(msgspec.Struct, frozen=True):
    """A pessoa reage à última resposta."""

    emoji: str

    def made_by(self, person: Person) -> Delivery:
        """O webhook."""
        return person.react(person.replies[-1].wamid, self.emoji)


class Fill(msgspec.Struct, frozen=True):
    """A pessoa conclui o último formulário que recebeu, com o token que veio nele."""

    fields: Mapping[str, object]

    def made_by(self, person: Person) -> Delivery:
        """O webhook.

        Raises:
            LookupError: ninguém mandou um formulário a esta pessoa.
        """
        offers = [bubble.id for bubble in person.thread if bubble.kind == "flow"]
        return person.answer_form(offers[-1] if offers else "", self.fields)


class Attend(msgspec.Struct, frozen=True):
    """Alguém da empresa responde pelo aplicativo."""

    text: str

    def made_by(self, person: Person) -> Delivery:
        """O webhook."""
        return person.echo(self.text)


class Break(msgspec.Struct, frozen=True):
    """Daqui em diante a Graph falha assim com esta pessoa, tantas vezes quantas o defeito diz."""

    fault: Fault


class Watch(msgspec.Struct, frozen=True):
    """Espera que aconteça `what`, que só quem toca o roteiro sabe ver."""

    what: str


class Await(msgspec.Struct, frozen=True):
    """Espera `count` respostas dadas desde o último passo da pessoa; só contam as que têm `contains`."""

    count: int = 1
    contains: str = ""


Gesture = Post | Make | Locate | Share | React | Fill | Attend
Step = Say | Burst | Tap | Gesture | Break | Watch | Await


def _last_own(person: Person) -> str:
    return next((bubble.id for bubble in reversed(person.thread) if bubble.mine), "")
