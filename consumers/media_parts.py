"""De que é feita a etapa `media`? Do cliente da Graph, da lista de endereços e do repositório de objetos."""

from contextlib import AsyncExitStack

from consumers.graph import open_graph
from consumers.media import MediaDesk, media_stage
from consumers.objects import open_media_objects
from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.streams.model import Handler
from pyloto_stream.whatsapp.media_download import MediaDownloader
from pyloto_stream.whatsapp.media_stream import MediaStreams


async def open_media_stage(live: LiveSettings, metrics: Metrics, resources: AsyncExitStack) -> Handler:
    """A etapa pronta; `resources` fecha o que ela abre.

    Raises:
        MisconfiguredError: endereço, versão ou token com forma impossível, ou não há credenciais do Google.
        UnavailableError: o repositório de objetos não pode ser usado.
    """
    settings = live.current()
    base_url = settings.whatsapp_api_base_url
    graph = open_graph(live, metrics)
    resources.push_async_callback(graph.close)
    objects = await open_media_objects(settings)
    resources.push_async_callback(objects.close)
    streams = MediaStreams(graph.http, base_url, settings.media_hosts, settings.media_max_bytes)
    downloader = MediaDownloader(graph, streams, settings.media_max_bytes)
    return media_stage(MediaDesk(downloader, objects, settings.max_attempts, metrics.media))
