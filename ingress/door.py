"""Como muitos pedidos simples entram de uma vez? Os que chegam na mesma volta do laço dividem uma tarefa.

Promete: por grupo, uma ida à tabela de apelidos e uma ao executor (outra, pelos que ela não conhecia); por
pedido, a sua própria resposta e medida, e a linha, se foi recusado ou o log é de detalhe. Uma falha é só de
quem a traz, e ninguém espera por quem ainda não chegou, nem por quem não tem um id em comum.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus

import msgspec
from aiohttp import web
from aiohttp.helpers import rfc822_formatted_time
from loguru import logger

from ingress.answers import refusal
from ingress.gathering import Gathering, Left
from ingress.line import Turn, apart
from ingress.middleware import CLIENT_GONE, CORRELATION_HEADER, SERVER, tell
from ingress.ports import IngressMetrics
from ingress.summary import Accepted
from ingress.taking import Opened, Proven, Taken, Taker
from pyloto_stream.observability.correlation import carry

Respond = Callable[[bytes | None], None]
"""Recebe a resposta inteira; `None` se o pedido foi interrompido."""


class Asked(msgspec.Struct, frozen=True, gc=False):
    """Um pedido; `started` em segundos de `perf_counter`."""

    proven: Proven
    started: float


Waiting = tuple[Asked, Opened, Respond]


class Answered(msgspec.Struct, frozen=True, gc=False):
    """Um pedido a que se respondeu, `seconds` depois de chegar."""

    correlation_id: str
    status: int
    seconds: float
    counts: Mapping[str, int]


class Door:
    """A porta de `route`: reúne o que chega junto, até `crowd` pedidos, e responde a cada um.

    `detail`: cada pedido aceito tem a sua linha em DEBUG; sem isso, nem se monta.
    """

    def __init__(
        self,
        route: str,
        taker: Taker,
        metrics: IngressMetrics,
        accepted: Accepted,
        *,
        crowd: int,
        detail: bool,
    ) -> None:
        self._detail = detail
        self._route = route
        self._taker = taker
        self._metrics = metrics
        self._accepted = accepted
        self._gathering = Gathering(crowd, self._take)

    def enter(self, asked: Asked, respond: Respond) -> "asyncio.Task[None]":
        """Põe `asked` no grupo que se forma; a tarefa é de todos eles, e chama cada `respond` uma vez."""
        return self._gathering.enter((asked, respond))

    async def _take(self, crowd: Sequence[tuple[Asked, Respond]], left: Left) -> None:
        known: list[Waiting] = []
        others: list[tuple[Turn, Waiting]] = []
        failed: list[Answered] = []
        for asked, respond in crowd:
            try:
                opened = self._taker.open(asked.proven)
            except Exception as error:  # noqa: BLE001 - um defeito é só de quem o traz
                failed.append(self._answer(asked, respond, error))
                self._gathering.leave(1)
                continue
            if opened.turn is None:
                known.append((asked, opened, respond))
            else:
                others.append((opened.turn, (asked, opened, respond)))
        self._count(failed)
        await self._pass_all([each for each in (known, *apart(others)) if each], left)

    async def _pass_all(self, groups: Sequence[Sequence[Waiting]], left: Left) -> None:
        """Nenhum espera pelos outros; e o primeiro sai já, antes que outro grupo o ultrapasse."""
        if len(groups) == 1 and not left:
            await self._pass(groups[0])
            return
        asking = asyncio.gather(*map(self._pass, groups[1:]), *left)
        try:
            if groups:
                await self._pass(groups[0])
        except asyncio.CancelledError:
            asking.cancel()
            await asyncio.wait([asking])
            raise
        await asking

    async def _pass(self, group: Sequence[Waiting]) -> None:
        outcomes: list[Taken | Exception | None] = [None] * len(group)
        began = time.perf_counter()
        try:
            outcomes[:] = await self._taker.take_all([opened for _, opened, _ in group])
        finally:
            self._gathering.leave(len(group), time.perf_counter() - began)
            pairs = zip(group, outcomes, strict=True)
            self._count([self._answer(asked, respond, outcome) for (asked, _, respond), outcome in pairs])

    def _answer(self, asked: Asked, respond: Respond, outcome: Taken | Exception | None) -> Answered:
        correlation_id = asked.proven.correlation_id
        status = 500
        counts: Mapping[str, int] = {}
        try:
            if isinstance(outcome, Taken):
                refused = outcome.refused
                answer = _taken(correlation_id) if refused is None else written(refused, correlation_id)
                status, counts = 200 if refused is None else refused.status, outcome.counts
            elif outcome is None:
                answer, status = None, CLIENT_GONE
            else:
                answer = _broken(outcome, correlation_id)
            respond(answer)
        except Exception:  # noqa: BLE001 - os outros do grupo também esperam
            status = 500
            carry(correlation_id)
            logger.exception("request failed outside of every handler")
            with suppress(Exception):
                respond(None)
        return Answered(correlation_id, status, time.perf_counter() - asked.started, counts)

    def _count(self, group: Sequence[Answered]) -> None:
        """Mede e conta o grupo, e escreve as linhas; um defeito nisso já não é de quem pediu."""
        took: dict[int, list[float]] = defaultdict(list)
        for one in group:
            took[one.status].append(one.seconds)
        try:
            for status, each in took.items():
                self._metrics.requests(self._route, status, each)
            if 200 in took:
                accepted = [one.counts for one in group if one.status == 200]
                self._accepted.count(accepted, max(took[200]))
            for one in group:
                if self._detail or one.status != 200:
                    carry(one.correlation_id)
                    tell("POST", self._route, one.status, one.seconds, one.counts)
        except Exception:  # noqa: BLE001 - a tarefa é de todos os do grupo, que já ouviram a resposta
            carry("")
            logger.exception("requests answered but not counted")


def _broken(error: Exception, correlation_id: str) -> bytes:
    """Anota um defeito, e diz o que ouve quem o trouxe."""
    carry(correlation_id)  # fronteira do processo, como em `middleware`
    logger.opt(exception=error).error("request handler failed")
    return written(refusal(500, "internal"), correlation_id)


def written(answer: web.Response, correlation_id: str) -> bytes:
    """Como o aiohttp a escreveria, na mesma ordem."""
    body = answer.body if isinstance(answer.body, bytes) else b""
    fields = {
        **answer.headers,
        "Content-Length": str(len(body)),
        "Date": rfc822_formatted_time(),
        "Server": SERVER,
        CORRELATION_HEADER: correlation_id,
    }
    lines = (f"{name}: {value}" for name, value in fields.items())
    status = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"
    return "\r\n".join((status, *lines, "", "")).encode() + body


def _taken(correlation_id: str) -> bytes:
    """O mesmo, de um 200."""
    return (
        f"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: {rfc822_formatted_time()}\r\nServer: {SERVER}\r\n"
        f"{CORRELATION_HEADER}: {correlation_id}\r\n\r\n"
    ).encode()
