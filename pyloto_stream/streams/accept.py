"""Como um evento entra? Deduplicado e enfileirado por um script, ou de jeito nenhum.

Promete: `accept` só retorna depois que o Redis tem tudo; repetir a chamada inteira não muda nada. Uma recusa
pode deixar parte das partições gravadas, e quem chama oferece tudo de novo (a Meta reenvia).
Limite: quanto "ter" resiste a uma queda do servidor é o que `DURABILITY` diz.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams import keys
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Item, Lane, Settlement, Unreadable
from pyloto_stream.streams.scripts import Script, pack, pack_row
from pyloto_stream.streams.together import Asked, ask

Offer = Item | Unreadable | Settlement

DEDUPE_BUCKETS = 4
"""Baldes de tempo por período de memória: cada id é lembrado pelo período inteiro e até 1/4 a mais."""
_NOT_IN_LEDGER, _FULL = 2, -1
Reply = int | UnavailableError


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
        (taken,) = await self.accept_each([offers])
        if isinstance(taken, UnavailableError):
            raise taken
        return taken

    async def accept_each(self, groups: Sequence[Sequence[Offer]]) -> list[list[bool] | UnavailableError]:
        """Oferece muitos grupos juntos; de cada um, o que `accept` dele devolveria ou levantaria."""
        formers = await self._formers(groups)
        kept = [_kept(group, formers) for group in groups] if formers else groups
        asked = [offer for each in kept if not isinstance(each, UnavailableError) for offer in each]
        told = iter(await self._offered(asked))
        return [
            each if isinstance(each, UnavailableError) else _taken(group, formers, told)
            for group, each in zip(groups, kept, strict=True)
        ]

    async def ready(self) -> bool:
        """O Redis aceitaria agora um evento novo, em qualquer partição?"""
        asked = (
            self._gateway.submit(Script.ACCEPT, partition, {"k": "r"}, self._head)
            for partition in range(self._gateway.partitions)
        )
        replies = await asyncio.gather(*asked, return_exceptions=True)
        return all(reply == 1 for reply in replies)

    async def _offered(self, offers: Sequence[Offer]) -> list[Reply]:
        replies = await self._ask(list(map(self._op, offers)))
        absent = [n for n, reply in enumerate(replies) if reply == _NOT_IN_LEDGER]
        if absent:
            again = await self._ask([self._op(_as_item(offers[n])) for n in absent])
            for n, reply in zip(absent, again, strict=True):
                replies[n] = reply
        return replies

    async def _formers(self, groups: Sequence[Sequence[Offer]]) -> dict[str, Reply]:
        """Que chaves de deduplicação outra conversa já lembra (`Item.former`): 0 lembra, 1 não.

        Pergunta-se tudo antes de oferecer qualquer coisa: a ordem do que se oferece fica.
        """
        asked = [offer for group in groups for offer in group if isinstance(offer, Item) and offer.former]
        if not asked:
            return {}
        replies = await self._ask(list(map(self._question, asked)))
        return {offer.dedupe_key: reply for offer, reply in zip(asked, replies, strict=True)}

    def _question(self, offer: Item) -> Asked:
        partition = keys.partition_of(offer.former, self._gateway.partitions)
        return partition, pack({"k": "q", "d": keys.dedupe_digest(offer.dedupe_key)})

    async def _ask(self, asked: Sequence[Asked]) -> list[Reply]:
        return [_usable(reply) for reply in await ask(self._gateway, Script.ACCEPT, asked, self._head)]

    def _op(self, offer: Offer) -> Asked:
        count, digest = self._gateway.partitions, keys.dedupe_digest(offer.dedupe_key)
        match offer:
            case Item():
                home = keys.partition_of(offer.conversation, count)
                row = (offer.lane, self._first[offer.lane], offer.conversation, offer.cancels)
                if not (offer.mode or offer.echo_of):
                    return home, pack_row(row, (digest, offer.event))
                op: dict[str, object] = dict(zip("lscx", row, strict=True))
                op |= {"k": "e", "d": digest, "e": offer.event, "md": offer.mode or None}
                op |= {"ec": offer.echo_of or None}
                return home, pack(op)
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


def _kept(group: Sequence[Offer], formers: Mapping[str, Reply]) -> Sequence[Offer] | UnavailableError:
    """O que se oferece de um grupo; nada, se de alguma parte não se soube onde já entrou."""
    known = [formers.get(offer.dedupe_key, 1) for offer in group]
    failed = next((reply for reply in known if isinstance(reply, UnavailableError)), None)
    return failed or [offer for offer, reply in zip(group, known, strict=True) if reply]


def _taken(
    group: Sequence[Offer], formers: Mapping[str, Reply], told: Iterator[Reply]
) -> list[bool] | UnavailableError:
    """O que se fez de um grupo; a primeira falha, se houve alguma."""
    replies = [next(told) if formers.get(offer.dedupe_key, 1) else 0 for offer in group]
    failed = next((reply for reply in replies if isinstance(reply, UnavailableError)), None)
    return failed or [reply == 1 for reply in replies]


def _usable(reply: object) -> Reply:
    if isinstance(reply, UnavailableError):
        return reply
    if not isinstance(reply, int):
        return UnavailableError("unexpected reply from accept", code="redis_error")
    return UnavailableError("too many tokens waiting", code="backlog_full") if reply == _FULL else reply
