import json

from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.graph_call import Call
from pyloto_stream.whatsapp.graph_http import Signals
from pyloto_stream.whatsapp.graph_usage import Usage, read_usage
from tests.support import graph as meta
from tests.support.graph import Graph, answer

GET = Call("GET", "1234", "media_resolve")


async def test_usage_and_a_version_other_than_the_asked_are_told(graph: Graph) -> None:
    used: list[Usage] = []
    versions: list[tuple[str, str]] = []
    signals = Signals(usage=used.append, version=lambda asked, got: versions.append((asked, got)))
    client = WhatsAppHttpClient(graph.url, "v24.0", meta.SECRET, signals=signals)
    row = {"call_count": 20, "total_time": 93.5, "estimated_time_to_regain_access": 2}
    headers = {
        "X-App-Usage": json.dumps({"call_count": 81}),
        "X-Business-Use-Case-Usage": json.dumps({"200": [row]}),
        "facebook-api-version": "v25.0",
    }
    graph.script = answer(200, b"{}", headers)
    await client.call(GET)
    await client.call(GET)
    assert client.usage == Usage(93, 120_000)
    assert used == [client.usage] * 2
    assert versions == [("v24.0", "v25.0")]
    graph.script = answer(200, b"{}", {"facebook-api-version": "v24.0", "X-App-Usage": "[]"})
    await client.call(GET)
    assert len(versions) == 1
    await client.close()


def test_headers_of_another_shape_count_as_none() -> None:
    for value in ("", "[]", "{}", "not json", '{"200": 5}', '{"call_count": "many"}', "[" * 100_000):
        assert read_usage({"X-App-Usage": value, "X-Business-Use-Case-Usage": value}) == Usage()


def test_absurd_measures_are_capped() -> None:
    business = json.dumps({"2": [{"call_count": 1e300, "estimated_time_to_regain_access": 1e300}]})
    assert read_usage({"X-Business-Use-Case-Usage": business}) == Usage(1000, 3_600_000)
    assert read_usage({"X-App-Usage": '{"call_count": -5}'}) == Usage()
