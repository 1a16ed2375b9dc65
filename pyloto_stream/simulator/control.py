"""Como outro processo programa e observa a Meta local? Rotas `/simulator/…` em JSON, conferidas.

`POST|GET|DELETE /simulator/faults` · `GET /simulator/sent?after=N` (o que foi aceito, na ordem, a partir
de N) · `GET /simulator/state` (contagens). As alavancas da conta estão em `levers.py`; os arquivos, em
`media.py`. Limite: sem senha; só para o laço local.
"""

import re

from aiohttp import web

from pyloto_stream.simulator.delivery import WebhookSender
from pyloto_stream.simulator.faults import Fault, FaultBook
from pyloto_stream.simulator.gate import Gate
from pyloto_stream.simulator.graph import GraphApi
from pyloto_stream.simulator.rates import Meters
from pyloto_stream.simulator.web_json import ProblemError, json_response, read_json


class Control:
    """As rotas de quem opera a simulação."""

    def __init__(
        self, graph: GraphApi, gate: Gate, meters: Meters, sender: WebhookSender, faults: FaultBook
    ) -> None:
        self._graph = graph
        self._gate = gate
        self._meters = meters
        self._sender = sender
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """As rotas."""
        return [
            web.post("/simulator/faults", self.add_fault),
            web.get("/simulator/faults", self.list_faults),
            web.delete("/simulator/faults", self.clear_faults),
            web.get("/simulator/sent", self.sent),
            web.get("/simulator/state", self.state),
        ]

    async def add_fault(self, request: web.Request) -> web.Response:
        """201 com o defeito posto; 422 com o motivo se não tem a forma de `Fault`."""
        fault = await read_json(request, Fault)
        return json_response(self._faults.add(fault), status=201)

    async def list_faults(self, _request: web.Request) -> web.Response:
        """Os defeitos e quantas vezes agiram."""
        return json_response(self._faults.listing())

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """Tira todos."""
        self._faults.clear()
        return web.Response(status=204)

    async def sent(self, request: web.Request) -> web.Response:
        """Os aceites a partir do de número `after`."""
        after = request.query.get("after", "0")
        if not re.fullmatch(r"[0-9]{1,9}", after, re.ASCII):
            raise ProblemError(422, "after must be a number of up to 9 digits")
        return json_response(self._graph.sent[int(after) :])

    async def state(self, _request: web.Request) -> web.Response:
        """Contagens desde o início."""
        return json_response(
            {
                "sent": len(self._graph.sent),
                "reads": len(self._graph.reads),
                "refused": [refused.code for refused in self._gate.refused],
                "throttled": {str(code): many for code, many in self._meters.throttled.items()},
                "webhooks_taken": self._sender.taken,
                "webhooks_given_up": len(self._sender.given_up),
            }
        )
