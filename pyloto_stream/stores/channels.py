"""Pode-se enviar agora, e a que ritmo? O que a Meta disse da conta, de cada número e de cada formulário.

Promete: aplicar um aviso duas vezes, ou fora de ordem, dá o mesmo; o mais velho nunca apaga o mais novo.
Restrição com prazo termina sozinha. Limite: `state` pode estar atrasado `cache_s`, ou mais se o banco não
responde: o último sabido continua valendo, e quem recusa é a própria Meta. Cada assunto é um documento
`channels/{subject}`.
"""

import asyncio
import re

import msgspec

from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.conversation.records import ChannelRecord
from pyloto_stream.errors import PermanentError, UnavailableError
from pyloto_stream.stores.channel_marks import (
    FLOW,
    PACE,
    TEMPLATES,
    Mark,
    held,
    marks_of,
    newest,
    stopped,
    template_notice,
)
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import ConflictError, Create, Document, Documents, Query, Update, Write, scan
from pyloto_stream.stores.templates import TemplateStore
from pyloto_stream.stores.times import iso
from pyloto_stream.stores.values import Data

COLLECTION = "channels"
_TRIES = 8
_AGAIN_MS = 5000
"""Espera para perguntar de novo a um banco que não respondeu."""
_NEVER = -(2**62)
_RATE = re.compile(r"[0-9]{1,4}")


class ChannelState(msgspec.Struct, frozen=True):
    """O que vale para um número nosso.

    `paused`: por que nada sai (`account_disabled` e outros), vazio se sai; `templates_paused`: idem, só para
    modelos. `messages_per_second`: o ritmo que a Meta deu, 0 se não disse. `flows_down`: ids de formulários
    que não se deve oferecer.
    """

    paused: str = ""
    messages_per_second: float = 0.0
    flows_down: frozenset[str] = frozenset()
    templates_paused: str = ""


_OPEN = ChannelState()
"""Um número de que a Meta nada disse: quase todos, quase sempre."""


class ChannelSubject(msgspec.Struct, frozen=True):
    """Um assunto guardado, como veio (`account:…`, `number:…`, `flow:…`), e a marca de cada aspecto."""

    subject: str
    kind: str
    account_id: str
    marks: dict[str, Mark] = {}
    updated_at: str = ""


class ChannelStore:
    """Os avisos da Meta sobre qualquer banco de documentos.

    `account_id`: a conta dos números que perguntam; `cache_s`: por quanto tempo uma resposta vale. `several`:
    a conta tem mais de um número; então um aviso de ritmo que não diz de qual (a Meta só manda o número por
    extenso) não muda o de ninguém.
    """

    def __init__(
        self,
        documents: Documents,
        account_id: str = "",
        cache_s: float = 300.0,
        clock: Clock = system_clock,
        *,
        several: bool = False,
    ) -> None:
        self._documents = documents
        self._templates = TemplateStore(documents)
        self._account_id = account_id
        self._cache_ms = int(cache_s * 1000)
        self._clock = clock
        self._several = several
        self._read_ms = _NEVER
        self._known: dict[str, ChannelSubject] | None = None
        self._reading = asyncio.Lock()
        self._why = UnavailableError.code

    async def apply(self, record: ChannelRecord) -> None:
        """Guarda o que `record` muda; nada, se nada muda.

        Raises:
            ConflictError: alguém muda o mesmo assunto sem parar; repetir é seguro.
            UnavailableError: o banco não respondeu; repetir é seguro.
        """
        if notice := template_notice(record):
            await self._templates.notice(notice)
        if marks := marks_of(record):
            await self._mark(record, marks)
            self._read_ms = _NEVER  # a próxima pergunta relê; se o banco cair antes, vale o sabido

    async def state(self, phone_number_id: str) -> ChannelState:
        """O que vale agora para `phone_number_id`.

        Raises:
            UnavailableError: o banco não respondeu e nada recente se sabe.
        """
        if not (known := await self._subjects()):
            return _OPEN
        now = iso(self._clock())
        number = known.get(f"number:{phone_number_id}")
        account = known.get(f"account:{self._account_id}")
        levels = [each.marks for each in (account, number) if each is not None]
        sources = [number] if self._several else [account, number]
        paces = [held(each.marks, PACE, now) for each in sources if each is not None]
        return ChannelState(
            paused=next(filter(None, (stopped(marks, now) for marks in levels)), ""),
            messages_per_second=max((float(pace) for pace in paces if _RATE.fullmatch(pace)), default=0.0),
            flows_down=frozenset(
                each.subject.partition(":")[2] for each in known.values() if held(each.marks, FLOW, now)
            ),
            templates_paused=next(filter(None, (held(marks, TEMPLATES, now) for marks in levels)), ""),
        )

    async def _subjects(self) -> dict[str, ChannelSubject]:
        """Todos os assuntos: são poucos (conta, números, formulários), e uma leitura serve a todos.

        Só espera quem lê: um banco que demora a cair não para quem já perguntou uma vez.
        """
        if self._read_ms == _NEVER or not self._reading.locked():
            async with self._reading:
                now = self._clock()
                if not 0 <= now - self._read_ms < self._cache_ms:
                    await self._read(now)
        if self._known is None:
            raise UnavailableError("the channels are not known", code=self._why)
        return self._known

    async def _read(self, now: int) -> None:
        try:
            found = [_subject(document) async for document in scan(self._documents, Query(COLLECTION))]
        except (UnavailableError, PermanentError) as error:  # um documento estragado não enterra respostas
            self._why = error.code
            self._read_ms = self._clock() - self._cache_ms + min(_AGAIN_MS, self._cache_ms)
        else:
            self._known, self._read_ms = {each.subject: each for each in found}, now

    async def _mark(self, record: ChannelRecord, marks: dict[str, Mark]) -> None:
        where = path(COLLECTION, record.subject)
        for _ in range(_TRIES):
            document = await self._documents.get(where)
            old = _subject(document) if document else _new(record)
            known = newest(old.marks, marks)
            if document and known == old.marks:
                return
            latest = max(mark.at for mark in known.values())
            data = _data(msgspec.structs.replace(old, marks=known, updated_at=latest))
            write: Write = Update(where, data, document.version) if document else Create(where, data)
            try:
                await self._documents.write(write)
            except ConflictError:
                continue
            return
        raise ConflictError("a channel subject keeps changing")


def _new(record: ChannelRecord) -> ChannelSubject:
    return ChannelSubject(record.subject, record.subject.partition(":")[0], record.account_id)


def _data(subject: ChannelSubject) -> Data:
    data: Data = msgspec.json.decode(msgspec.json.encode(subject))
    return data


def _subject(document: Document) -> ChannelSubject:
    try:
        return msgspec.convert(document.data, ChannelSubject)
    except msgspec.ValidationError as error:
        raise PermanentError("stored channel does not decode", code="undecodable_document") from error
