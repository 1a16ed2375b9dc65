"""Como se apaga do Redis uma conversa em curso? Fecham-se os portões, tira-se o que é velho, e abrem-se.

Promete: desde o primeiro passo, quem tem um turno dela o perdeu e nada do que já existia volta; o que chega
depois espera pelo fim e é conversa nova, de números maiores; nenhum passo percorre mais que uma página; morto
ou interrompido em qualquer ponto, repetir leva ao mesmo fim, e sem repetir os portões se abrem em `HOLD_S`.
Limite: percorre os nomes de todas as chaves uma vez; o que um trabalhador já faz fora do Redis não se desfaz.
"""

from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence

import msgspec

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.dead import INGRESS
from pyloto_stream.streams.forget_steps import BYTES, PAGE, Attempt, LapsedError, Severed
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.keys import partition_of
from pyloto_stream.streams.model import Lane
from pyloto_stream.streams.scripts import Blobs, Script

HOLD_S = 15.0
"""Quanto os portões esperam pelo próximo passo: mais que a pior pausa de um processo vivo."""
TRIES = 5


class Forgotten(msgspec.Struct, frozen=True):
    """Quanto saiu, por tipo.

    `conversations`: registros, um por faixa; `events`: os que esperavam; `tokens`: turnos na fila, em mãos ou
    estacionados; `dead`: mortos; `sends`: linhas do livro; `published`: entradas de filas de saída;
    `aliases`: nomes; `paces`: ritmos.
    """

    conversations: int = 0
    events: int = 0
    tokens: int = 0
    timers: int = 0
    dead: int = 0
    sends: int = 0
    published: int = 0
    aliases: int = 0
    paces: int = 0

    @property
    def total(self) -> int:
        """Quanto, de tudo."""
        return sum(msgspec.structs.astuple(self))


async def _nothing(_severed: Severed) -> None:
    pass


async def told_by(gateway: Gateway, lanes: Sequence[str], conversation: str) -> list[bytes]:
    """O que `Severed.told` diria destas faixas se o corte fosse agora; nada muda.

    Raises:
        UnavailableError: o Redis não respondeu.
    """
    op = {"k": "told", "c": conversation, "w": list(lanes)}
    _, told = await gateway.submit(Script.FORGET, partition_of(conversation, gateway.partitions), op)
    return list(told)


async def forget_unread(gateway: Gateway, conversation: str, identifiers: Sequence[bytes]) -> int:
    """Apaga o que ninguém pôde ler e traz um dos identificadores; devolve quanto.

    Antes de `forget`: o que diz quem é a pessoa sai no corte, e quem repetir depois já não o sabe.

    Raises:
        UnavailableError: o Redis não respondeu.
    """
    gone = 0
    for partition in range(gateway.partitions if identifiers else 0):
        first, last, more = b"-", b"", 1
        while more:
            op = {"k": "entries", "c": conversation, "q": f"dead:{INGRESS}", "a": first, "b": last, "n": PAGE,
                  "bytes": BYTES, "w": Blobs(identifiers)}  # fmt: skip
            _, found, first, last, more = await gateway.submit(Script.FORGET, partition, op)
            gone += found
    return gone


async def forget(
    gateway: Gateway,
    lanes: Mapping[str, Lane],
    conversation: str,
    *,
    identifiers: Sequence[bytes] = (),
    hold_s: float = HOLD_S,
    witness: Sequence[str] = (),
    behind: Callable[[Severed], Coroutine[None, None, None]] = _nothing,
) -> Forgotten:
    """Apaga `conversation` das faixas `lanes` (todas as da instalação) e da tabela de apelidos.

    `identifiers`: como a Meta escreve a pessoa (telefone, ids); saem também os mortos que não são de conversa
    nenhuma e trazem um deles. Se outro processo a esquece agora, espera que termine. `behind` corre com tudo
    apagado e os portões ainda fechados: o que se apaga noutro lugar sem que nada novo o toque; se os portões
    não esperaram, corre outra vez. `witness`: as faixas cujos eventos em curso `behind` quer ver.

    Raises:
        ValueError: nome ou identificador vazio.
        UnavailableError: o Redis não respondeu, ou este processo parou por mais que `hold_s` vezes demais;
            o que saiu, saiu, e repetir termina.
    """
    if not conversation or not all(identifiers):
        raise ValueError("nobody has an empty name")
    counted: Counter[str] = Counter()
    told: list[bytes] = []
    for _ in range(TRIES):
        attempt = Attempt(gateway, lanes, conversation, identifiers, hold_s, counted)
        try:
            severed = await attempt.sever(witness, told)
            await attempt.while_held(behind(severed), hold_s / 3)
            await attempt.finish()
        except LapsedError:
            continue
        return Forgotten(**counted)
    raise UnavailableError("the gates opened before the end", code="forget_interrupted")
