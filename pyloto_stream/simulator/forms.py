"""Como uma pessoa preenche um Flow? A tela desenha; aqui o simulador faz o que o aplicativo faz por trás.

Promete: abrir, enviar, voltar e concluir seguem o protocolo (`INIT`, `data_exchange`, `BACK`, `SUCCESS`), e o
fim vira o webhook `nfm_reply` com o `flow_token` e o id da mensagem que ofereceu o Flow. Limite: o que a tela
manda é da pessoa, e segue como veio: quem confere é o endpoint.
"""

import msgspec

from pyloto_stream.simulator.bubble_reading import told_answers
from pyloto_stream.simulator.bubble_wire import present
from pyloto_stream.simulator.config import PublishedFlow
from pyloto_stream.simulator.delivery import Delivery
from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.flow_client import FlowClient, FlowTroubleError
from pyloto_stream.simulator.form_wire import Answer, Definition, Extension, Offer, Sent, Step, View
from pyloto_stream.simulator.people import Person

FINAL = "SUCCESS"
NO_TOKEN = "unused"  # noqa: S105 — o que a Meta põe quando quem envia não deu um
CLOSED = "Este formulário não está mais disponível."
GENERIC = "Algo deu errado. Tente mais tarde."


class Form:
    """Um Flow oferecido a uma pessoa numa mensagem."""

    def __init__(
        self, person: Person, wamid: str, offer: Offer, flow: PublishedFlow, client: FlowClient
    ) -> None:
        self._person = person
        self._wamid = wamid
        self._offer = offer
        self._flow = flow
        self._client = client
        self._definition = msgspec.json.decode(flow.definition, type=Definition)

    async def take(self, step: Step) -> View:
        """Dá um passo. Uma falha do endpoint vem em `error`, e a do prazo também fecha a oferta."""
        try:
            match step.do:
                case "open":
                    view = await self._open()
                    return msgspec.structs.replace(view, definition=msgspec.Raw(self._flow.definition))
                case "complete":
                    self._finish(step.data)
                    return View(sent=True)
                case _:
                    action = "BACK" if step.do == "back" else "data_exchange"
                    return await self._exchange(action, step.screen, step.data)
        except FlowTroubleError as trouble:
            if trouble.kind == "expired":
                self._person.talk.change(self._wamid, closed=True)
            elif trouble.key in (
                "response-decryption-error",
                "invalid-screen-transition",
                "payload-schema-error",
            ):
                await self._notify(trouble, step.screen)
            return View(error=trouble.shown or GENERIC)

    async def _open(self) -> View:
        if self._offer.flow_action == "data_exchange":
            return await self._exchange("INIT", "", {})
        start = self._offer.flow_action_payload
        return View(start.screen or self._definition.screens[0].id, start.data)

    async def _exchange(self, action: str, screen: str, data: Json) -> View:
        if not self._flow.endpoint_url:
            raise FlowTroubleError("missing_capability")
        document: Json = {
            "version": self._definition.data_api_version,
            "action": action,
            "flow_token": self._offer.flow_token or NO_TOKEN,
            **({"screen": screen} if screen else {}),
            **({"data": data} if action != "INIT" else {}),
        }
        raw = await self._client.ask(self._flow.endpoint_url, document)
        try:
            answer = msgspec.convert(raw, Answer)
            if answer.screen == FINAL:
                self._finish(msgspec.convert(answer.data, Extension).extension_message_response.params)
                return View(sent=True)
        except msgspec.ValidationError:
            raise FlowTroubleError("payload-schema-error") from None
        if answer.screen not in {known.id for known in self._definition.screens}:
            raise FlowTroubleError("invalid-screen-transition")
        return View(answer.screen, answer.data)

    async def _notify(self, trouble: FlowTroubleError, screen: str) -> None:
        """Conta ao endpoint o que deu errado com a resposta dele; o que ele diz já não importa."""
        document: Json = {
            "version": self._definition.data_api_version,
            "action": "data_exchange",
            "flow_token": self._offer.flow_token or NO_TOKEN,
            "screen": screen,
            "data": {"error": trouble.key, "error_message": trouble.key},
        }
        try:
            await self._client.ask(self._flow.endpoint_url, document)
        except FlowTroubleError:
            return

    def _finish(self, answers: Json) -> Delivery:
        delivery = self._person.answer_form(self._wamid, answers)
        words = told_answers(answers, _labels(msgspec.json.decode(self._flow.definition)))
        self._person.talk.change(self._person.thread[-1].id, text=words)
        return delivery


def _labels(node: object) -> dict[str, str]:
    """O rótulo de cada campo, onde quer que esteja no Flow JSON."""
    found: dict[str, str] = {}
    if isinstance(node, dict):
        name, label = node.get("name"), node.get("label")
        if isinstance(name, str) and isinstance(label, str):
            found[name] = label
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        found |= _labels(inner)
    return found


def offered(person: Person, wamid: str, flows: tuple[PublishedFlow, ...], client: FlowClient) -> Form | None:
    """O Flow que a mensagem `wamid` ofereceu a `person`; `None` se não ofereceu, fechou ou não existe."""
    sent = person.sent_to_me(wamid)
    if sent is None or person.bubble(wamid).closed:
        return None
    try:
        interactive = msgspec.convert(present(sent.payload), Sent).interactive
    except msgspec.ValidationError:
        return None
    offer = interactive.action.parameters
    for flow in flows if interactive.type == "flow" else ():
        if flow.id == offer.flow_id or (flow.name == offer.flow_name and flow.name):
            return Form(person, wamid, offer, flow, client)
    return None
