"""Como uma conversa vira um arquivo privado sem caber na memória? `GcsHistoryExporter`, na porta de objetos.

Promete: o objeto aparece inteiro ou não aparece, no balde ou na pasta; memória constante. Limite: o que chega
à conversa enquanto se exporta pode entrar ou não.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import msgspec

from pyloto_stream.records.export_content import events_of, messages_of
from pyloto_stream.records.export_forms import About, Form, JsonForm, Profile
from pyloto_stream.records.export_readable import MarkdownForm, TextForm
from pyloto_stream.records.export_sessions import handoffs_of, sessions_of
from pyloto_stream.stores.exports import Export, ExportLostError, Format
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import Documents

_CHUNK = 64 * 1024
"""Quanto se junta antes de entregar ao repositório."""

FORMS: Mapping[Format, Form] = {"txt": TextForm(), "md": MarkdownForm(), "json": JsonForm()}
COUNTED = ("messages", "sessions", "handoffs", "events")

Tell = Callable[[int], None]


class Written(msgspec.Struct):
    """O que já se escreveu."""

    messages: int = 0
    sessions: int = 0
    handoffs: int = 0
    events: int = 0
    size: int = 0


class GcsHistoryExporter:
    """Escreve exportações num repositório de objetos e dá links para elas."""

    def __init__(self, documents: Documents, objects: Objects) -> None:
        self._documents = documents
        self._objects = objects

    async def write(
        self,
        export: Export,
        heading: tuple[About, Profile | None],
        alive: Callable[[], Awaitable[None]],
        tell: Tell,
    ) -> Written:
        """Grava `export` inteira no lugar dela. `alive` é chamada a cada lote; o que levanta interrompe.

        Raises:
            ExportLostError: já havia um objeto ali.
            PermanentError: code `undecodable_document`.
            UnavailableError: um dos lados não respondeu; nada ficou à vista, ou não se sabe.
        """
        done = Written()
        form = FORMS[export.format]
        chunks = _joined(self._pieces(export, heading, alive, tell, done, form), done)
        if not await self._objects.put(export.path, chunks, form.content_type, create_only=True):
            raise ExportLostError("there is an object in the place of this export")
        return done

    async def link(self, export: Export, ttl_s: int) -> str:
        """Um link para baixar o arquivo por `ttl_s` segundos; o nome não diz de quem é.

        Raises:
            PermanentError: code `invalid_object_link`.
            MisconfiguredError: não há com que assinar.
            UnavailableError: quem assina não respondeu.
        """
        return await self._objects.signed_url(
            export.path, ttl_s, filename=f"conversa-{export.id}.{export.format}"
        )

    async def remove(self, export: Export) -> bool:
        """Apaga o arquivo; devolve se existia."""
        return await self._objects.delete(export.path)

    async def _pieces(
        self,
        export: Export,
        heading: tuple[About, Profile | None],
        alive: Callable[[], Awaitable[None]],
        tell: Tell,
        done: Written,
        form: Form,
    ) -> AsyncIterator[str]:
        source, key, personal = self._documents, export.user_key, export.include_pii
        yield form.opening(*heading)
        yield form.begin("messages")
        async for messages in messages_of(source, key, personal=personal):
            await alive()
            for message in messages:
                yield form.message(message, done.messages)
                done.messages += 1
            tell(len(messages))
        yield form.end(done.messages) + form.begin("sessions")
        async for sessions in sessions_of(source, key, personal=personal):
            await alive()
            for session in sessions:
                yield form.detail(session, done.sessions)
                done.sessions += 1
        yield form.end(done.sessions) + form.begin("handoffs")
        async for handoffs in handoffs_of(source, key, personal=personal):
            await alive()
            for handoff in handoffs:
                yield form.detail(handoff, done.handoffs)
                done.handoffs += 1
        yield form.end(done.handoffs) + form.begin("audit")
        async for events in events_of(source, key, personal=personal):
            await alive()
            for event in events:
                yield form.event(event, done.events)
                done.events += 1
            tell(len(events))
        yield form.end(done.events)
        yield form.closing({name: getattr(done, name) for name in COUNTED})


async def _joined(pieces: AsyncIterator[str], done: Written) -> AsyncIterator[bytes]:
    held, size = list[bytes](), 0
    async for piece in pieces:
        raw = piece.encode("utf-8", "replace")
        held.append(raw)
        size += len(raw)
        if size >= _CHUNK:
            done.size += size
            yield b"".join(held)
            held, size = list[bytes](), 0
    done.size += size
    yield b"".join(held)
