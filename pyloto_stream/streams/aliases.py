"""Quem é a pessoa destes nomes? Uma só chave por pessoa, venha ela com telefone, com id da Meta ou com ambos.

Um nome é um HMAC (`user_key`) de um identificador; a tabela diz de quem ele é. Promete: o dono do nome mais
forte decide, e é escolhido num script: webhooks simultâneos da mesma pessoa concordam; repetir não muda
nada. Limite: quem escreveu só pelo telefone e só pelo id, antes de os dois virem juntos, é duas pessoas;
dali em diante vale a do id. Quem herda um telefone sem que a Meta tenha avisado a troca é a pessoa anterior.
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b
from itertools import islice
from typing import Literal, NamedTuple

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams import keys
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.scripts import Script, pack_row
from pyloto_stream.streams.together import ask

Names = tuple[str, ...]
"""Nomes de uma pessoa num webhook, do mais forte ao mais fraco; o último é o que recebe quem é novo. Havendo
telefone, é o dele, e assim a chave de quem o mostra é `HMAC(telefone)`."""

ALIAS_TTL_MS = 400 * 86_400_000
"""Quanto se lembra um nome sem uso: quem escreve uma vez por ano, na mesma época, continua a mesma pessoa."""


class Owner(NamedTuple):
    """De quem é um nome, e quem o deixou por último numa troca de número; vazios: ninguém."""

    key: str
    leaver: str = ""


class AliasTable:
    """Tabela de apelidos de uma instalação; sem estado próprio."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    @property
    def confirms(self) -> bool:
        """`accept` confirma de quem são os nomes de um evento (`Item.names`)? Se um servidor os tem todos."""
        return self._gateway.one_server

    async def resolve(self, people: Sequence[Names]) -> list[str]:
        """A `user_key` de cada pessoa, na ordem de `people`; quem é novo passa a ter uma.

        Raises:
            ValueError: uma pessoa sem nome nenhum.
            UnavailableError: o Redis não respondeu; repetir é seguro.
        """
        distinct = list(dict.fromkeys(people))
        look = self._meet if self._gateway.one_server else self._read
        seen = dict(zip(distinct, await look(*distinct), strict=True))
        known = {names: owners[0].key or _proposal(names, owners) for names, owners in seen.items()}
        if heirs := [names for names, owners in seen.items() if not owners[0].key]:
            claimed = await self._ask("claim", [(names[0], known[names]) for names in heirs])
            known |= {names: owner.key for names, owner in zip(heirs, claimed, strict=True)}
        stray = [
            (name, known[names])
            for names, owners in seen.items()
            for name, owner in zip(names[1:], owners[1:], strict=True)
            if known[names] not in (owner.key or name, owner.leaver)
        ]
        await self._ask("point", stray)
        return [known[names] for names in people]

    async def owners(self, names: Names) -> list[Owner]:
        """De quem é cada nome, hoje, sem gravar nada: perguntar não é usar, e não adia o esquecimento.

        Raises:
            UnavailableError: o Redis não respondeu.
        """
        return await self._ask("look", [(name,) for name in names])

    async def move(self, old: Names, new: Names, *, left: str | None = None) -> str:
        """A pessoa de `old` passa a usar `new`; devolve a chave dela, que não muda.

        `left` é o nome do telefone que ela deixou (`None`: o último de `old`; vazio: nenhum): dali em diante,
        quem vier por ele é outra pessoa. Vale repetida, e depois da primeira mensagem pelos nomes novos.

        Raises:
            ValueError: um dos lados não tem nome nenhum.
            UnavailableError: o Redis não respondeu; repetir é seguro, e termina o que ficou pela metade.
        """
        before, after = await self._read(old, new)
        phone = old[-1] if left is None else left
        person = _moved(old, before, after)
        if not before[0].key and old[0] != phone:
            person = (await self._ask("claim", [(old[0], person)]))[0].key
        # já se fez: um nome que ela deixou depois não volta a ser dela, que já pode ser de outra pessoa
        done = before[-1].leaver == person != before[-1].key
        owners = zip(new, after, strict=True)
        given = [name for name, owner in owners if not (done and owner.leaver == person)]
        await self._ask("give", [(name, person) for name in given])
        if phone and phone not in new:
            await self._ask("leave", [(phone, person)])
        return person

    async def _read(self, *people: Names) -> list[list[Owner]]:
        """De quem é cada nome de cada pessoa, numa só ida."""
        _check_named(people)
        owners = iter(await self._ask("read", [(name,) for names in people for name in names]))
        return [list(islice(owners, len(names))) for names in people]

    async def _meet(self, *people: Names) -> list[list[Owner]]:
        """Como `_read`, com o que `resolve` faria a seguir já feito: cada pessoa como se viesse sozinha.

        Num script só, com chaves de todas as partições: só onde um servidor as tem todas. Sobra quem vem
        apenas por um telefone que alguém deixou (`fresh`).
        """
        _check_named(people)
        count = self._gateway.partitions
        rows = (("meet", ALIAS_TTL_MS, [keys.alias(name, count) for name in names]) for names in people)
        asked = [(0, pack_row(row, ())) for row in rows]
        replies = await ask(self._gateway, Script.ALIAS, asked, crossing=True)
        return [_owners(reply, len(names)) for reply, names in zip(replies, people, strict=True)]

    async def _ask(
        self,
        what: Literal["look", "read", "claim", "point", "give", "leave"],
        names: Sequence[Sequence[str]],
    ) -> list[Owner]:
        """Pergunta, ou pede, o mesmo de cada nome; o que vai junto dele, se algo, é a pessoa."""
        count = self._gateway.partitions
        asked = [
            (keys.partition_of(each[0], count), pack_row((what, ALIAS_TTL_MS, *each), ())) for each in names
        ]
        return list(map(_owner, await ask(self._gateway, Script.ALIAS, asked)))


def _check_named(people: Sequence[Names]) -> None:
    if not all(people):
        raise ValueError("a person without a name")


def _owners(reply: object, count: int) -> list[Owner]:
    if isinstance(reply, list) and len(reply) == count:
        return list(map(_owner, reply))
    raise _refused(reply)


def _owner(reply: object) -> Owner:
    if isinstance(reply, bytes):
        return Owner(*reply.decode().split("|", 1))
    raise _refused(reply)


def _refused(reply: object) -> Exception:
    if isinstance(reply, Exception):
        return reply
    return UnavailableError("unexpected reply from alias", code="redis_error")


def _proposal(names: Names, owners: Sequence[Owner]) -> str:
    """Que chave recebe quem chega por um nome forte ainda sem dono."""
    for owner in owners[1:]:
        if owner.key:
            return owner.key
    if not owners[-1].leaver:
        return names[-1]
    # o telefone foi deixado por outra pessoa, que segue com a chave dele
    return names[0] if len(names) > 1 else fresh(names[0], owners[0].leaver)


def fresh(name: str, leaver: str) -> str:
    """Chave de quem vem só por um telefone que `leaver` deixou: outra a cada vez que ele muda de mãos."""
    digest = blake2b(f"{name}|{leaver}".encode(), digest_size=32).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _moved(old: Names, before: Sequence[Owner], after: Sequence[Owner]) -> str:
    """Quem mudou de número, lido dos nomes antigos."""
    past = before[-1].leaver
    if past and after[0].key == past:
        return past  # já se fez: o telefone pode até ser de outra pessoa, que não se leva junto
    known = next((owner.key for owner in before if owner.key), "")
    return known or past or old[-1]
