"""Um servidor no lugar da Graph que diz, byte por byte, o que se manda, e por onde se lhe pergunta."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pyloto_stream.whatsapp.graph_answer import Answer, Silence
from pyloto_stream.whatsapp.graph_call import Call
from pyloto_stream.whatsapp.graph_http import GraphHttp, Signals

TOKEN = "EAAsecretTOKEN42"
BODY = b'{"messaging_product":"whatsapp"}'
SENT = b'{"messages":[{"id":"wamid.A"}]}'
MOST = 4096
SUCCESS = Answer(200, complete=True, wamid="wamid.A", version="v24.0")


class Server:
    """Fala o que se manda, byte por byte, e guarda o que ouviu e por quantas conexões."""

    def __init__(self, answer: bytes, *, then_close: bool) -> None:
        self.heard: list[bytes] = []
        self.connections = 0
        self.asked = asyncio.Event()
        self.left = asyncio.Event()
        self._answer = answer
        self._then_close = then_close
        self._writers: list[asyncio.StreamWriter] = []

    def say(self, stray: bytes) -> None:
        """Diz `stray` por todas as conexões, sem que se lhe pergunte nada."""
        for writer in self._writers:
            writer.write(stray)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Atende uma conexão até que um dos dois a feche."""
        self.connections += 1
        self._writers.append(writer)
        try:
            while True:
                self.heard.append(await reader.readuntil(BODY))
                self.asked.set()
                writer.write(self._answer)
                if self._then_close:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.left.set()
            writer.close()


@asynccontextmanager
async def talking(answer: bytes, *, then_close: bool = False) -> AsyncIterator[tuple[Server, GraphHttp]]:
    server = Server(answer, then_close=then_close)
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        http = GraphHttp(f"http://127.0.0.1:{port}/graph/", "v24.0", 10, None, Signals())
        yield server, http
        await http.close()


async def ask(http: GraphHttp, timeout_s: float = 5.0, **query: str) -> Answer | Silence:
    call = Call("POST", "1065/messages", "messages", query=query, body=BODY)
    return (await http.exchange(call, TOKEN, timeout_s, MOST)).answer


def raw(status: str, body: bytes, *headers: str, length: bool = True) -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, *([f"Content-Length: {len(body)}"] if length else ())]
    return "\r\n".join([*lines, "", ""]).encode() + body
