"""Como um evento entra? Deduplicado e enfileirado por um script, ou de jeito nenhum.

Promete: `accept` só retorna depois que o Redis tem tudo; repetir a chamada inteira não muda nada. Uma recusa
pode deixar gravada parte do que se ofereceu, e quem chama oferece tudo de novo (a Meta reenvia).
Limite: quanto "ter" resiste a uma queda do servidor é o que `DURABILITY` diz.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate

import msgspec

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams import keys
from pyloto_stream.streams.aliases import ALIAS_TTL_MS
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Item, Lane, Settlement, Unreadable
from pyloto_stream.streams.scripts import Script, pack, pack_row
from pyloto_stream.streams.together import Asked, ask

Offer = Item | Unreadable | Settlement

DEDUPE_BUCKETS = 4
"""Baldes de tempo por período de memória: cada id é lembrado pelo período inteiro e até 1/4 a mais."""
_NOT_IN_LEDGER, _ANOTHER, _FULL = 2, 3, -1
_TOLD = frozenset((0, 1, _NOT_IN_LEDGER))
"""O resto é recusa."""
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
        self._crossing, count = gateway.one_server, gateway.partitions
        self._bases = [keys.prefix(p, count) if self._crossing else None for p in range(count)]
        ttl_ms = int(options.dedupe_ttl_s * 1000)
        (self._head,) = pack({
            "bucket_ms": max(1, -(-ttl_ms // DEDUPE_BUCKETS)),
            "buckets": DEDUPE_BUCKETS,
            "ttl_ms": ttl_ms,
            "alias_ttl_ms": ALIAS_TTL_MS,
            "limit": max(1, options.backlog_limit // gateway.partitions),
            "stages": [stage for lane in lanes for stage in lane.stages],
        })  # fmt: skip

    async def accept(self, offers: Sequence[Offer]) -> list[bool]:
        """Oferece tudo; `True` = novo, `False` = duplicado, na ordem de `offers`.

        Raises:
            UnavailableError: code `redis_unavailable`, `backlog_full`, `memory_full`, `another_person`.
        """
        (taken,) = await self.accept_each([offers])
        if isinstance(taken, UnavailableError):
            raise taken
        return taken

    async def accept_each(self, groups: Sequence[Sequence[Offer]]) -> list[list[bool] | UnavailableError]:
        """Oferece muitos grupos juntos; de cada um, o que `accept` dele devolveria ou levantaria."""
        known = await self._known(groups)
        offers = [offer for group in groups for offer in group]
        if known:  # quase nunca: pouca gente tem um nome anterior
            fresh = iter(await self._offered([each for n, each in enumerate(offers) if n not in known]))
            told = [known[n] if n in known else next(fresh) for n in range(len(offers))]
        else:
            told = await self._offered(offers)
        ends = [*accumulate(map(len, groups))]
        spans = [slice(end - len(group), end) for group, end in zip(groups, ends, strict=True)]
        new = [reply == 1 for reply in told]
        if _failure(told) is None:
            return [new[span] for span in spans]
        return [_failure(told[span]) or new[span] for span in spans]

    async def ready(self) -> bool:
        """O Redis aceitaria agora um evento novo, em qualquer partição?"""
        replies = await self._ask([self._named(p, {"k": "r"}) for p in range(self._gateway.partitions)])
        return all(reply == 1 for reply in replies)

    async def _offered(self, offers: Sequence[Offer]) -> list[Reply]:
        replies = await self._ask(list(map(self._op, offers)))
        if _NOT_IN_LEDGER in replies:
            absent = [n for n, reply in enumerate(replies) if reply == _NOT_IN_LEDGER]
            again = await self._ask([self._op(_as_item(offers[n])) for n in absent])
            for n, reply in zip(absent, again, strict=True):
                replies[n] = reply
        return replies

    async def _known(self, groups: Sequence[Sequence[Offer]]) -> dict[int, Reply]:
        """O que não se oferece, por lugar, em ordem: 0 se outra conversa o lembra (`Item.former`), ou falha.

        A falha é do grupo inteiro: de quem não se soube isso de uma parte nada se oferece. Pergunta-se tudo
        antes de oferecer qualquer coisa: a ordem do que se oferece fica.
        """
        asked = [offer for group in groups for offer in group if isinstance(offer, Item) and offer.former]
        if not asked:
            return {}
        replies = await self._ask(list(map(self._question, asked)))
        formers = {offer.dedupe_key: reply for offer, reply in zip(asked, replies, strict=True)}
        found: list[Reply] = []
        for group in groups:
            told = [formers.get(offer.dedupe_key, 1) for offer in group]
            failed = _failure(told)
            found += [failed] * len(group) if failed else told
        return {n: reply for n, reply in enumerate(found) if reply != 1}

    def _question(self, offer: Item) -> Asked:
        partition = keys.partition_of(offer.former, self._gateway.partitions)
        return self._named(partition, {"k": "q", "d": keys.dedupe_digest(offer.dedupe_key)})

    async def _ask(self, asked: Sequence[Asked]) -> list[Reply]:
        replies = await ask(self._gateway, Script.ACCEPT, asked, self._head, crossing=self._crossing)
        return [reply if isinstance(reply, int) and reply in _TOLD else _refusal(reply) for reply in replies]

    def _alias_keys(self, names: Sequence[str]) -> list[str]:
        """As chaves por que o script confere a conversa que se supôs."""
        if not self._crossing:
            raise ValueError("names are confirmed only where one server has every partition")
        return [keys.alias(name, self._gateway.partitions) for name in names]

    def _named(self, partition: int, op: Mapping[str, object]) -> Asked:
        return partition, pack({**op, "p": self._bases[partition]})

    def _op(self, offer: Offer) -> Asked:
        count, digest = self._gateway.partitions, keys.dedupe_digest(offer.dedupe_key)
        match offer:
            case Item(lane=lane, conversation=conversation):
                home = keys.partition_of(conversation, count)
                base = self._bases[home]
                effects = (offer.cancels, offer.mode, offer.echo_of)
                named = self._alias_keys(offer.names) if offer.names else None
                row = (lane, self._first[lane], conversation, *effects, base, named)
                return home, pack_row(row, (digest, offer.event))
            case Unreadable():
                unread = {"k": "d", "d": digest, "r": offer.reason, "b": offer.body}
                return self._named(keys.partition_of(digest.hex(), count), unread)
            case Settlement():
                partition = keys.partition_of_reply(offer.reply_id, count)
                if partition is None:
                    return self._op(_as_item(offer))
                op = {"k": "s", "d": digest, "i": offer.reply_id, "o": offer.outcome,
                      "x": offer.external_id, "l": offer.lane, "s": self._first[offer.lane],
                      "e": offer.event, "tl": self._turn_lane,
                      "ts": self._first[self._turn_lane], "te": offer.turn_event or None}  # fmt: skip
                return self._named(partition, op)


def _as_item(offer: Offer) -> Offer:
    """De um envio que não está no livro fica o registro."""
    if isinstance(offer, Settlement):
        return Item(offer.lane, offer.conversation, offer.event, offer.dedupe_key)
    return offer


def _failure(replies: Sequence[Reply]) -> UnavailableError | None:
    """A primeira falha, se houve alguma."""
    for reply in replies:
        if isinstance(reply, UnavailableError):
            return reply
    return None


def _refusal(reply: object) -> UnavailableError:
    if isinstance(reply, UnavailableError):
        return reply
    if reply == _FULL:
        return UnavailableError("too many tokens waiting", code="backlog_full")
    if reply == _ANOTHER:
        return UnavailableError("the table of aliases tells another conversation", code="another_person")
    return UnavailableError("unexpected reply from accept", code="redis_error")
