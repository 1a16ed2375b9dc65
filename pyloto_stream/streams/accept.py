"""Como um evento entra? Deduplicado e enfileirado por um script, ou de jeito nenhum.

Promete: `accept` só retorna depois que o Redis tem tudo; repetir a chamada inteira não muda nada. Uma recusa
pode deixar parte das partições gravadas, e quem chama oferece tudo de novo (a Meta reenvia).
Limite: quanto "ter" resiste a uma queda do servidor é o que `DURABILITY` diz.
"""

import asyncio
from collections.abc import Iterable, Sequence

import msgspec

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams import keys
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Item, Lane, Settlement, Unreadable
from pyloto_stream.streams.scripts import Script, pack, pack_with
from pyloto_stream.streams.together import Asked, ask, told

Offer = Item | Unreadable | Settlement

DEDUPE_BUCKETS = 4
"""Baldes de tempo por período de memória: cada id é lembrado pelo período inteiro e até 1/4 a mais."""
_NOT_IN_LEDGER, _FULL = 2, -1


class AcceptOptions(msgspec.Struct, frozen=True):
    """Quanto tempo lembrar ids (segundos) e quantos tokens podem esperar, na fila ou estacionados.

    Acima disso, o que é novo é recusado; confirmações de envios nossos entram sempre.
    """

    dedupe_ttl_s: float = 691_200
    backlog_limit: int = 100_000


class Acceptor:
    """A porta de entrada das faixas `lanes`; os envios da primeira são confirmados por status."""

    def __init__(self, gateway: Gateway, lanes: Sequence[Lane], options: AcceptOptions) -> None:
        self._gateway = gateway
        self._first = {lane.name: lane.stages[0] for lane in lanes}
        self._turn_lane = lanes[0].name
        ttl_ms = int(options.dedupe_ttl_s * 1000)
        (self._head,) = pack({
            "bucket_ms": max(1, -(-ttl_ms // DEDUPE_BUCKETS)),
            "buckets": DEDUPE_BUCKETS,
            "ttl_ms": ttl_ms,
            "limit": max(1, options.backlog_limit // gateway.partitions),
            "stages": [stage for lane in lanes for stage in lane.stages],
        })  # fmt: skip

    async def accept(self, offers: Sequence[Offer]) -> list[bool]:
        """Oferece tudo; `True` = novo, `False` = duplicado, na ordem de `offers`.

        Raises:
            UnavailableError: code `redis_unavailable`, `backlog_full`, `memory_full`.
        """
        only = offers[0] if len(offers) == 1 else None
        if isinstance(only, Item) and not only.former:  # quase todo webhook: um só evento, de quem se conhece
            partition, op = self._op(only)
            (reply,) = await self._gateway.send(Script.ACCEPT, partition, [op], self._head)
            return [_usable(told(reply)) == 1]
        entered = await self._entered(offers)
        asked = [offer for offer in offers if offer.dedupe_key not in entered] if entered else offers
        replies = await self._ask(list(map(self._op, asked)))
        absent = [n for n, reply in enumerate(replies) if reply == _NOT_IN_LEDGER]
        if absent:
            again = await self._ask([self._op(_as_item(asked[n])) for n in absent])
            for n, reply in zip(absent, again, strict=True):
                replies[n] = reply
        new = iter(_checked(replies))
        return [offer.dedupe_key not in entered and next(new) == 1 for offer in offers]

    async def ready(self) -> bool:
        """O Redis aceitaria agora um evento novo, em qualquer partição?"""
        asked = (
            self._gateway.submit(Script.ACCEPT, partition, {"k": "r"}, self._head)
            for partition in range(self._gateway.partitions)
        )
        replies = await asyncio.gather(*asked, return_exceptions=True)
        return all(reply == 1 for reply in replies)

    async def _entered(self, offers: Sequence[Offer]) -> set[str]:
        """As chaves de deduplicação que outra conversa já lembra (`Item.former`).

        Pergunta-se tudo antes de oferecer qualquer coisa: a ordem do que se oferece fica.
        """
        asked = [offer for offer in offers if isinstance(offer, Item) and offer.former]
        if not asked:
            return set()
        seen = _checked(await self._ask(list(map(self._question, asked))))
        return {offer.dedupe_key for offer, reply in zip(asked, seen, strict=True) if reply == 0}

    def _question(self, offer: Item) -> Asked:
        partition = keys.partition_of(offer.former, self._gateway.partitions)
        return partition, pack({"k": "q", "d": keys.dedupe_digest(offer.dedupe_key)})

    async def _ask(self, asked: Sequence[Asked]) -> list[object]:
        return await ask(self._gateway, Script.ACCEPT, asked, self._head)

    def _op(self, offer: Offer) -> Asked:
        count, digest = self._gateway.partitions, keys.dedupe_digest(offer.dedupe_key)
        match offer:
            case Item():
                op: dict[str, object] = {"k": "e", "l": offer.lane, "s": self._first[offer.lane],
                                         "c": offer.conversation}  # fmt: skip
                if offer.cancels or offer.mode or offer.echo_of:
                    rare = (("x", offer.cancels), ("md", offer.mode), ("ec", offer.echo_of))
                    op.update((name, value) for name, value in rare if value)
                return keys.partition_of(offer.conversation, count), pack_with(op, d=digest, e=offer.event)
            case Unreadable():
                op = {"k": "d", "d": digest, "r": offer.reason, "b": offer.body}
                return keys.partition_of(digest.hex(), count), pack(op)
            case Settlement():
                partition = keys.partition_of_reply(offer.reply_id, count)
                if partition is None:
                    return self._op(_as_item(offer))
                op = {"k": "s", "d": digest, "i": offer.reply_id, "o": offer.outcome,
                      "x": offer.external_id, "l": offer.lane, "s": self._first[offer.lane],
                      "e": offer.event, "tl": self._turn_lane,
                      "ts": self._first[self._turn_lane], "te": offer.turn_event or None}  # fmt: skip
                return partition, pack(op)


def _as_item(offer: Offer) -> Offer:
    """De um envio que não está no livro fica o registro."""
    if isinstance(offer, Settlement):
        return Item(offer.lane, offer.conversation, offer.event, offer.dedupe_key)
    return offer


def _checked(replies: Iterable[object]) -> list[int]:
    """As respostas; ou, depois que todas vieram, a primeira falha."""
    return [_usable(reply) for reply in replies]


def _usable(reply: object) -> int:
    if isinstance(reply, Exception):
        raise reply
    if not isinstance(reply, int):
        raise UnavailableError("unexpected reply from accept", code="redis_error")
    if reply == _FULL:
        raise UnavailableError("too many tokens waiting", code="backlog_full")
    return reply
