"""A Graph API de laço local: o que a Meta faz com `POST /{versão}/{número}/messages`?

Promete: autentica, aplica os defeitos programados, julga e, se aceita, registra antes de responder. Limite:
um número só; modelos valem pelo nome, sem conferir parâmetros.
"""

import asyncio

import msgspec
from aiohttp import web

from pyloto_stream.simulator.config import SimulatorConfig
from pyloto_stream.simulator.envelopes import Json, meta_json
from pyloto_stream.simulator.faults import Call, Fault, FaultBook
from pyloto_stream.simulator.line import Line
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.registry import Registry
from pyloto_stream.simulator.rules import Read, Send, judge
from pyloto_stream.simulator.sent import ReadReceived, SentMessage, new_wamid
from pyloto_stream.simulator.statuses import report

WINDOW_MS = 24 * 60 * 60_000
"""Fora de 24 h da última mensagem da pessoa só passam modelos (erro 131047)."""


class GraphApi:
    """Rotas da Graph. `sent` e `reads` guardam todo aceite, na ordem; `closing` solta quem está pendurado."""

    def __init__(self, config: SimulatorConfig, line: Line, people: Registry, faults: FaultBook) -> None:
        self.sent: list[SentMessage] = []
        self.reads: list[ReadReceived] = []
        self.refused: list[RefusedCallError] = []
        self.closing = asyncio.Event()
        self._config = config
        self._line = line
        self._people = people
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """As rotas; o que é da Graph e não existe aqui responde um erro com a forma dela."""
        return [
            web.post(r"/{version:v\d+\.\d+}/{number}/messages", self.messages),
            web.get(r"/{version:v\d+\.\d+}/{number}", self.number),
            web.route("*", r"/{version:v\d+\.\d+}/{number}{rest:.*}", self.unknown),
        ]

    async def number(self, request: web.Request) -> web.Response:
        """O mínimo sobre o número."""
        try:
            self._admit(request)
        except RefusedCallError as refused:
            return self._refuse(refused)
        return _answer(
            {
                "id": self._config.phone_number_id,
                "display_phone_number": self._config.display_phone_number,
                "verified_name": self._config.business_name,
                "quality_rating": "GREEN",
                "throughput": {"level": "STANDARD"},
            }
        )

    async def unknown(self, request: web.Request) -> web.Response:
        """Um caminho que a Meta tem e o simulador não."""
        try:
            self._admit(request)
        except RefusedCallError as refused:
            return self._refuse(refused)
        return self._refuse(RefusedCallError(2500, "The simulator does not serve this path."))

    async def messages(self, request: web.Request) -> web.Response:
        """Envio ou recibo."""
        received_s = self._line.monotonic()
        try:
            self._admit(request)
            document = _decode(await request.read())
            fault = self._faults.take(Call.of(document))
            if fault is None:
                return self._perform(document, received_s)
            return await self._misbehave(request, fault, document, received_s)
        except RefusedCallError as refused:
            return self._refuse(refused)

    def _admit(self, request: web.Request) -> None:
        version, number = request.match_info["version"], request.match_info["number"]
        if self._config.versions and version not in self._config.versions:
            raise RefusedCallError(2500, f"Unknown version {version}.")
        if request.headers.get("Authorization") != f"Bearer {self._config.access_token}":
            raise RefusedCallError(190, "The access token is missing or invalid.")
        if number != self._config.phone_number_id:
            raise RefusedCallError(100, "Object does not exist or lacks permissions.", subcode=33)

    async def _misbehave(
        self, request: web.Request, fault: Fault, document: object, received_s: float
    ) -> web.Response:
        if fault.delay_ms:
            await asyncio.sleep(fault.delay_ms / 1000)
        if fault.kind == "delay":
            return self._perform(document, received_s)
        if fault.accepted:
            self._perform(document, received_s)
        if fault.kind == "error" and fault.code is not None:
            refused = RefusedCallError(fault.code, "Injected by the simulator.", status=fault.status or 0)
            return refused.response(retry_after_s=fault.retry_after_s)
        if fault.kind == "error":
            headers = {"Retry-After": str(fault.retry_after_s)} if fault.retry_after_s else {}
            page = "<html><title>Sorry, something went wrong</title></html>"
            return web.Response(
                text=page, status=fault.status or 500, content_type="text/html", headers=headers
            )
        if fault.kind == "hang":
            await self.closing.wait()
        if request.transport is not None:
            request.transport.abort()
        return web.Response()  # ninguém a lê: a conexão já caiu

    def _perform(self, document: object, received_s: float) -> web.Response:
        wanted = judge(document)
        return self._read(wanted, received_s) if isinstance(wanted, Read) else self._send(wanted, received_s)

    def _read(self, wanted: Read, received_s: float) -> web.Response:
        person = self._people.author(wanted.message_id)
        if person is None:
            raise RefusedCallError(100, "Param message_id does not name a received message.")
        receipt = ReadReceived(wanted.message_id, person.profile.key, wanted.typing, received_s)
        self.reads.append(receipt)
        person.marked_read(receipt)
        return _answer({"success": True})

    def _send(self, wanted: Send, received_s: float) -> web.Response:
        person = self._people.recipient(wanted.to, wanted.recipient)
        if person is None:
            raise RefusedCallError(131026, "The recipient is not a person of this simulator.")
        now_ms, written_ms = self._line.clock(), person.last_inbound_ms
        if wanted.type != "template" and (written_ms is None or now_ms - written_ms > WINDOW_MS):
            raise RefusedCallError(131047, "More than 24 hours have passed since the person last wrote.")
        message = SentMessage(
            wamid=new_wamid(),
            to=person.profile.key,
            reply_id=wanted.reply_id,
            type=wanted.type,
            payload=wanted.payload,
            at_s=received_s,
            at_ms=now_ms,
            latency_ms=person.latency_ms(received_s),
        )
        self.sent.append(message)
        person.receive(message)
        self._line.chores.spawn(report(self._line, person, message))
        return _answer(_accepted(wanted, person, message.wamid))

    def _refuse(self, refused: RefusedCallError) -> web.Response:
        self.refused.append(refused)
        return refused.response()


def _accepted(wanted: Send, person: Person, wamid: str) -> Json:
    profile = person.profile
    if wanted.to:
        contact = {"input": str(wanted.payload.get("to")), "wa_id": profile.wa_id}
    else:
        contact = {"input": wanted.recipient, "user_id": profile.user_id}
    message = {"id": wamid, **({"message_status": "accepted"} if wanted.type == "template" else {})}
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}


def _decode(body: bytes) -> object:
    try:
        document: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RefusedCallError(100, "The body is not JSON, or is nested too deeply.") from None
    return document


def _answer(document: Json) -> web.Response:
    return web.Response(body=meta_json(document), content_type="application/json")
