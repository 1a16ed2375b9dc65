"""Uma cena deu no que se esperava? Toca-a e confere o que ficou no banco de documentos.

Promete: desfechos, dados, entregas e auditoria vêm do banco; respostas, do registro da Meta local; nada se
pergunta a quem respondeu.
"""

import asyncio
from collections.abc import Iterator
from typing import get_args

import msgspec

from pyloto_stream.cli.demo.scenes import Handed, Scene
from pyloto_stream.cli.local import Local
from pyloto_stream.conversation.lifecycle import FinalOutcome
from pyloto_stream.simulator.bubbles import Bubble
from pyloto_stream.simulator.people import Person, Profile
from pyloto_stream.simulator.script import Transcript, play
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.handoffs import Handoff, HandoffStore
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.sessions import ClosedSession, SessionStore, scoped_id
from pyloto_stream.whatsapp.identity import identity, user_key

WATCH_TIMEOUT_S = 20.0
_LOOK_S = 0.03
OUTCOMES: frozenset[str] = frozenset(get_args(FinalOutcome))


class Found(msgspec.Struct, frozen=True):
    """O que ficou de uma conversa. `outcomes`: os das sessões encerradas e, se uma espera, AWAITING_USER."""

    outcomes: tuple[str, ...]
    sessions: tuple[ClosedSession, ...]
    handoffs: tuple[Handoff, ...]
    actions: tuple[str, ...]


class Performance:
    """Uma cena tocada por uma pessoa só dela, que espera o que tem de vir por `patience_s`."""

    def __init__(
        self,
        local: Local,
        documents: Documents,
        scene: Scene,
        profile: Profile,
        patience_s: float | None = None,
    ) -> None:
        self._patience_s = patience_s
        self.scene = scene
        self.key = user_key(local.settings.pepper_secret.reveal().encode(), identity(profile.key))
        self.person: Person = local.simulator.person(profile)
        self._local, self._documents, self._profile = local, documents, profile
        self._seen: list[str] = []

    async def play(self) -> Transcript:
        """Do começo ao fim, ou até o primeiro problema."""
        return await play(
            self._local.simulator, self.scene.script(self._profile, self._patience_s), self._watch
        )

    async def problem(self, transcript: Transcript) -> str:
        """O que não saiu como se esperava; vazio se tudo. Só vale com o sistema parado."""
        if transcript.problem:
            return transcript.problem
        replies = [self.person.bubble(reply.wamid) for reply in self.person.replies]
        return next(problems(self.scene, await self.found(), replies), "")

    async def found(self) -> Found:
        """O que ficou no banco."""
        return await find(self._documents, self.key)

    async def _watch(self, _person: Person, what: str) -> str:
        """Espera o desfecho da próxima sessão, ou que se audite `what`."""
        limit_s = self._patience_s or WATCH_TIMEOUT_S
        try:
            async with asyncio.timeout(limit_s):
                while not (seen := await self._happened(what)):  # noqa: ASYNC110 — o banco não avisa
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            return f"no {what} within {limit_s:g} s"
        self._seen.append(what)
        return "" if seen == what else f"outcome {seen}, expected {what}"

    async def _happened(self, what: str) -> str:
        if what not in OUTCOMES:
            actions = await _actions(self._documents, self.key)
            return what if actions.count(what) > self._seen.count(what) else ""
        ended = await _sessions(self._documents, self.key)
        at = sum(each in OUTCOMES for each in self._seen)
        return ended[at].outcome if len(ended) > at else ""


async def find(documents: Documents, key: str) -> Found:
    """O que o banco tem da conversa `key`."""
    sessions = await _sessions(documents, key)
    handed = [
        await HandoffStore(documents).get(scoped_id(key, f"{session.session_id}:handoff"))
        for session in sessions
    ]
    return Found(
        (*(session.outcome for session in sessions), *await _waiting(documents, key, sessions)),
        sessions,
        tuple(handoff for handoff in handed if handoff is not None),
        await _actions(documents, key),
    )


async def _sessions(documents: Documents, key: str) -> tuple[ClosedSession, ...]:
    newest_first, _ = await SessionStore(documents).of(key)
    return tuple(reversed(newest_first))


async def _waiting(documents: Documents, key: str, ended: tuple[ClosedSession, ...]) -> tuple[str, ...]:
    """AWAITING_USER, se a última coisa dita foi uma pergunta e nada se encerrou depois."""
    page = await ConversationStore(documents).messages(key)
    ours = [message for message in page.messages if message.actor == "PYLOTO"]
    asked = bool(ours) and ours[-1].outcome == "AWAITING_USER"
    return ("AWAITING_USER",) if asked and not (ended and ended[-1].closed_at > ours[-1].timestamp) else ()


async def _actions(documents: Documents, key: str) -> tuple[str, ...]:
    return tuple([event.action async for event in AuditLogStore(documents).events(key)])


def problems(scene: Scene, found: Found, replies: list[Bubble]) -> Iterator[str]:
    """Tudo o que não é como se esperava, do mais grave ao menos."""
    expected = " ".join(scene.outcomes)
    if found.outcomes != scene.outcomes:
        yield f"outcome {' '.join(found.outcomes) or 'missing'}, expected {expected}"
    if len(found.handoffs) != len(scene.handoffs):
        yield f"{len(found.handoffs)} hand-offs, expected {len(scene.handoffs)}"
    for handed, wanted in zip(found.handoffs, scene.handoffs, strict=False):
        yield from _handed(handed, wanted)
    if not scene.expects(len(replies)):
        most = f" to {scene.replies_most}" if scene.replies_most else ""
        yield f"{len(replies)} replies, expected {scene.replies}{most}"
    said = [reply.text for reply in replies]
    yield from (f"nothing says {part!r}" for part in scene.says if not any(part in text for text in said))
    yield from (f"something says {part!r}" for part in scene.never if any(part in text for text in said))
    yield from (f"no {action} in the audit trail" for action in scene.audited if action not in found.actions)


def _handed(handed: Handoff, wanted: Handed) -> Iterator[str]:
    if handed.intent_primary != wanted.intent:
        yield f"hand-off of {handed.intent_primary}, expected {wanted.intent}"
    if handed.requirements != wanted.facts:
        yield f"hand-off with {handed.requirements}, expected {wanted.facts}"
    if handed.qualification_level != wanted.level:
        yield f"level {handed.qualification_level}, expected {wanted.level}"
    if wanted.detected and tuple(handed.intents_detected) != wanted.detected:
        yield f"intents {handed.intents_detected}, expected {list(wanted.detected)}"
    if wanted.open and tuple(handed.open_intents) != wanted.open:
        yield f"open intents {handed.open_intents}, expected {list(wanted.open)}"
    if wanted.routing and handed.routing != wanted.routing:
        yield f"routing {handed.routing}, expected {wanted.routing}"
    if wanted.reason and not any(wanted.reason in reason for reason in handed.qualification_reasons):
        yield f"no reason says {wanted.reason!r}"
