"""A mesma pergunta, de outra pessoa, precisa de outra chamada? Não, se nada nela é de ninguém.

Promete: no máximo `size` respostas, cada uma por `ttl_s` segundos; a chave é um resumo de tudo o que se
enviaria (instruções, modelo, contexto e texto). Limite: quem usa garante que nada nela é pessoal.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import blake2b

import msgspec

from pyloto_stream.ai.chat import Message
from pyloto_stream.ai.decision import Decision

SIZE, TTL_S = 512, 3600.0


def key_of(version: str, model: str, messages: Sequence[Message]) -> bytes:
    """A chave de uma pergunta."""
    return blake2b(msgspec.json.encode((version, model, messages)), digest_size=16).digest()


class Cache:
    """Decisões recentes, das menos às mais usadas. `clock` em segundos."""

    def __init__(self, clock: Callable[[], float], size: int = SIZE, ttl_s: float = TTL_S) -> None:
        self._clock, self._size, self._ttl_s = clock, size, ttl_s
        self._kept: OrderedDict[bytes, tuple[float, Decision]] = OrderedDict()

    def get(self, key: bytes) -> Decision | None:
        """A decisão guardada, se ainda vale."""
        found = self._kept.get(key)
        if found is None:
            return None
        if self._clock() >= found[0]:
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return found[1]

    def put(self, key: bytes, decision: Decision) -> None:
        """Guarda; a menos usada sai se não cabe."""
        self._kept[key] = (self._clock() + self._ttl_s, decision)
        self._kept.move_to_end(key)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
