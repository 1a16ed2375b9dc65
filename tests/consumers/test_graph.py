"""O cliente de um trabalhador conta o uso, e avisa quando ele passa de 80 % ou a Meta muda de versão."""

import json

from loguru import logger

from consumers.graph import open_graph
from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.settings import load
from pyloto_stream.whatsapp.graph_call import Call
from tests.support.graph import Graph, answer, graph_server

GET = Call("GET", "1", "media_resolve", number="222222")


async def warned(graph: Graph, metrics: Metrics, percents: list[int], version: str = "v24.0") -> list[str]:
    """As linhas de aviso de chamadas com esses usos; os tokens são os da configuração."""
    lines: list[str] = []
    sink = logger.add(lambda message: lines.append(message.record["message"]), level="WARNING")
    environ = {"WHATSAPP_API_BASE_URL": graph.url, "WHATSAPP_ACCESS_TOKENS": "222222:second"}
    client = open_graph(LiveSettings(load(environ)), metrics)
    for percent in percents:
        headers = {"X-App-Usage": json.dumps({"call_count": percent}), "facebook-api-version": version}
        graph.script = answer(200, b"{}", headers)
        await client.call(GET)
    await client.close()
    logger.remove(sink)
    return lines


async def test_usage_is_a_number_and_one_line_each_time_it_rises_above_80_percent() -> None:
    metrics = Metrics()
    async with graph_server() as graph:
        lines = await warned(graph, metrics, [10, 80, 95, 20, 81])
    assert lines == ["graph usage is near its limit"] * 2
    assert metrics.registry.get_sample_value("pyloto_graph_usage_percent") == 81
    assert (
        metrics.registry.get_sample_value(
            "pyloto_graph_calls_total", {"endpoint": "media_resolve", "status": "200", "code": "0"}
        )
        == 5
    )


async def test_another_version_than_asked_is_one_line() -> None:
    async with graph_server() as graph:
        lines = await warned(graph, Metrics(), [1, 1], "v26.0")
    assert lines == ["graph answers with another version than asked"]
