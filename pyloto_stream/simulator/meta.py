"""O que atende por HTTP na Meta local? A montagem das rotas da Graph e das de controle, numa só ordem."""

from aiohttp import web

from pyloto_stream.simulator.account import AccountApi
from pyloto_stream.simulator.config import SimulatorConfig
from pyloto_stream.simulator.control import Control
from pyloto_stream.simulator.desks import Desks
from pyloto_stream.simulator.faults import FaultBook
from pyloto_stream.simulator.gate import Gate
from pyloto_stream.simulator.graph import GraphApi
from pyloto_stream.simulator.levers import Levers
from pyloto_stream.simulator.line import Line
from pyloto_stream.simulator.media import MediaApi
from pyloto_stream.simulator.nodes import Nodes
from pyloto_stream.simulator.stock import Stock
from pyloto_stream.simulator.templates import Notify, Templates
from pyloto_stream.simulator.templates_api import TemplateApi
from pyloto_stream.simulator.token_api import TokenApi
from pyloto_stream.simulator.tokens import Tokens


class LocalGraph:
    """Tudo o que responde em `/{versão}/…`, e as rotas `/simulator/…` de quem programa e observa."""

    def __init__(
        self, config: SimulatorConfig, line: Line, desks: Desks, faults: FaultBook, notify: Notify
    ) -> None:
        self.tokens = Tokens(config, line.clock)
        self.templates = Templates(config, line.chores, notify)
        self.gate = Gate(config, faults, line.meters, self.tokens)
        stock = Stock(line.media, self.templates, config.flows)
        self.messages = GraphApi(desks, self.gate, faults, stock)
        self.account = AccountApi(config, self.gate, self.tokens, line.sender, self.messages.find)
        self.media = MediaApi(line.media, self.gate, faults, desks.numbers())
        template_api = TemplateApi(config, self.templates, self.gate)
        self._parts = (
            Control(self.messages, self.gate, line.meters, line.sender, faults),
            Levers(self.templates, notify),
            self.messages,
            self.media,
            template_api,
            self.account,
            TokenApi(config, self.gate, self.tokens),
            Nodes(config, self.gate, line.media, self.media, template_api),
        )

    def routes(self) -> list[web.RouteDef]:
        """As rotas; as de um id só vêm por último, porque casam com tudo."""
        return [route for part in self._parts for route in part.routes()]
