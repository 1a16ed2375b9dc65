"""O que toda rota da tela faz igual? Acha a pessoa do endereço e conta o que houve com o webhook dela."""

from aiohttp import web

from pyloto_stream.simulator.delivery import Delivery, WebhookSender
from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.registry import Registry
from pyloto_stream.simulator.web_json import ProblemError, json_response


class Door:
    """A entrada de um pedido e a saída da sua resposta."""

    def __init__(self, people: Registry, sender: WebhookSender) -> None:
        self.people = people
        self._sender = sender

    def person(self, request: web.Request) -> Person:
        """A pessoa do endereço.

        Raises:
            ProblemError: 404 se não há.
        """
        person = self.people.known(request.match_info["person"])
        if person is None:
            raise ProblemError(404, "nobody has that number")
        return person

    async def told(self, delivery: Delivery, **more: object) -> web.Response:
        """202 se o webhook foi aceito; 502 com o que houve se não (a Meta local segue tentando)."""
        first = await delivery.first()
        answer: Json = {"status": first.status, "reason": first.reason, "took_ms": first.took_ms, **more}
        if first.status == 200:
            return json_response(answer, status=202)
        return json_response({"error": "webhook_not_accepted", "url": self._sender.url, **answer}, status=502)


def card(person: Person) -> Json:
    """A pessoa na lista da tela; `last` é a última linha da conversa."""
    last = person.thread[-1].summary() if person.thread else ""
    profile = person.profile
    about: Json = {"id": profile.key, "name": profile.name, "phone": profile.wa_id, "last": last[:80]}
    return about | ({"username": profile.username} if profile.username else {})
