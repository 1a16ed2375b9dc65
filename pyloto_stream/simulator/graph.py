"""A Graph API de laço local: o que a Meta faz com `POST /{versão}/{número}/messages`?

Promete: autentica, aplica os defeitos programados, julga e, se aceita, registra antes de responder. O juiz da
forma é `rules.py`; aqui se confere o que depende do que a conta tem: arquivos, modelos, janela e ritmo.
"""

import msgspec
from aiohttp import web

from pyloto_stream.simulator.desks import Desk, Desks
from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.faults import Call, Fault, FaultBook
from pyloto_stream.simulator.gate import PATH, Gate, answer
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.rules import Read, Send, judge
from pyloto_stream.simulator.sent import ReadReceived, SentMessage, new_wamid
from pyloto_stream.simulator.statuses import report
from pyloto_stream.simulator.stock import Stock

WINDOW_MS = 24 * 60 * 60_000
"""Fora de 24 h da última mensagem da pessoa só passam modelos (erro 131047)."""


class GraphApi:
    """A rota de mensagens. `sent` e `reads` guardam todo aceite, na ordem."""

    def __init__(self, desks: Desks, gate: Gate, faults: FaultBook, stock: Stock) -> None:
        self.sent: list[SentMessage] = []
        self.reads: list[ReadReceived] = []
        self._desks = desks
        self._gate = gate
        self._faults = faults
        self._stock = stock

    def routes(self) -> list[web.RouteDef]:
        """A rota."""
        return [web.post(PATH + "{number}/messages", self._gate.told(self.messages))]

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """Envio ou recibo."""
        desk = self._desk(request)
        received_s = desk.line.monotonic()
        document = _decode(await request.read())
        fault = self._faults.take(Call.of(document))
        if fault is None:
            return self._perform(document, received_s, desk)
        if fault.async_code:
            return self._perform(document, received_s, desk, fault.async_code)
        return await self._misbehave(request, fault, document, received_s)

    def find(self, wamid: str) -> SentMessage | None:
        """O envio aceito com esse id."""
        return next((message for message in reversed(self.sent) if message.wamid == wamid), None)

    def _desk(self, request: web.Request) -> Desk:
        self._gate.admit(request)
        number = request.match_info["number"]
        desk = self._desks.find(number)
        if desk is None or not self._gate.serves(request, number):
            raise RefusedCallError(100, "Object does not exist or lacks permissions.", subcode=33)
        return desk

    async def _misbehave(
        self, request: web.Request, fault: Fault, document: object, received_s: float
    ) -> web.StreamResponse:
        desk = self._desk(request)

        async def perform() -> web.StreamResponse:
            return self._perform(document, received_s, desk)

        return await self._gate.misbehave(request, fault, perform)

    def _perform(
        self, document: object, received_s: float, desk: Desk | None = None, failure: int = 0
    ) -> web.Response:
        """Julga e cumpre; `failure` ≠ 0: aceita, e depois conta que falhou com esse código."""
        desk = desk or self._desks.main
        wanted = judge(document)
        if isinstance(wanted, Read):
            return self._read(wanted, received_s, desk)
        return self._send(wanted, received_s, desk, failure)

    def _read(self, wanted: Read, received_s: float, desk: Desk) -> web.Response:
        person = desk.people.author(wanted.message_id)
        if person is None:
            raise RefusedCallError(100, "Param message_id does not name a received message.")
        receipt = ReadReceived(wanted.message_id, person.profile.key, wanted.typing, received_s)
        self.reads.append(receipt)
        person.marked_read(receipt)
        return answer({"success": True})

    def _send(self, wanted: Send, received_s: float, desk: Desk, failure: int) -> web.Response:
        line = desk.line
        if wanted.to == line.number.display_phone_number:
            raise RefusedCallError(131021, "Recipient phone number and sender phone number are the same.")
        person = desk.people.recipient(wanted.to, wanted.recipient)
        if person is None:
            raise RefusedCallError(131026, "The recipient is not a person of this simulator.")
        held = self._stock.check(wanted)
        now_ms, written_ms = line.clock(), person.last_inbound_ms
        if wanted.type != "template" and (written_ms is None or now_ms - written_ms > WINDOW_MS):
            raise RefusedCallError(131047, "More than 24 hours have passed since the person last wrote.")
        line.meters.sending(line.number.phone_number_id, person.profile.key)
        message = SentMessage(
            wamid=new_wamid(),
            to=person.profile.key,
            reply_id=wanted.reply_id,
            type=wanted.type,
            payload=wanted.payload,
            at_s=received_s,
            at_ms=now_ms,
            latency_ms=person.latency_ms(received_s),
            phone_number_id=line.number.phone_number_id,
        )
        self.sent.append(message)
        person.receive(message, self._stock.template(wanted.payload))
        line.chores.spawn(report(line, person, message, failure))
        return answer(_accepted(wanted, person, message.wamid, held=held))


def _accepted(wanted: Send, person: Person, wamid: str, *, held: bool) -> Json:
    profile = person.profile
    if wanted.to:
        contact = {"input": str(wanted.payload.get("to")), "wa_id": profile.wa_id}
    else:
        contact = {"input": wanted.recipient, "user_id": profile.user_id}
    message = {"id": wamid}
    if wanted.type == "template":
        message["message_status"] = "held_for_quality_assessment" if held else "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}


def _decode(body: bytes) -> object:
    try:
        document: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RefusedCallError(100, "The body is not JSON, or is nested too deeply.") from None
    return document
