"""A demonstração deu certo? Toca as cenas, espera o sistema esvaziar e confere no banco o que ficou.

O que se confere não vem de quem respondeu: desfechos e cadeias de auditoria são lidos do banco de documentos,
envios do registro da Meta local, filas e mortos do executor.
"""

import asyncio
from collections import Counter

import msgspec

from consumers.documents import open_documents
from consumers.pipeline import STAGES
from pyloto_stream.cli.demo.scenes import SCENES, Scene
from pyloto_stream.cli.local import Local
from pyloto_stream.conversation.records import Outcome
from pyloto_stream.simulator.crowd import Latency, crowd
from pyloto_stream.simulator.people import Profile
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.simulator.script import Entry, Transcript, play
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.sessions import SessionStore
from pyloto_stream.streams.status import inspect
from pyloto_stream.whatsapp.identity import identity, user_key

CROWD = 100
"""Pessoas que escrevem em ritmo fixo, depois das cenas."""
CROWD_PER_S = 50.0
FIRST_SCENE, FIRST_OF_CROWD = 1001, 2001
QUIET_TIMEOUT_S = 20.0


class SceneResult(msgspec.Struct, frozen=True):
    """O que houve numa cena. `problem` vazio: tudo como esperado."""

    name: str
    person: str
    entries: tuple[Entry, ...]
    outcome: str
    expected: Outcome
    replies: int
    problem: str = ""


class Check(msgspec.Struct, frozen=True):
    """Uma conferência do todo."""

    name: str
    ok: bool
    detail: str


class Report(msgspec.Struct, frozen=True):
    """A demonstração inteira."""

    ok: bool
    scenes: tuple[SceneResult, ...]
    checks: tuple[Check, ...]
    scene_latency: Latency
    crowd_latency: Latency


async def demonstrate(local: Local) -> Report:
    """Toca tudo e confere; nunca levanta por causa do que o sistema fez ou deixou de fazer."""
    people = [
        msgspec.structs.replace(fictional(FIRST_SCENE + number), name=scene.person)
        for number, scene in enumerate(SCENES)
    ]
    told = [await play(local.simulator, s.script(p)) for s, p in zip(SCENES, people, strict=True)]
    many = await crowd(local.simulator, first=FIRST_OF_CROWD, count=CROWD, per_s=CROWD_PER_S)
    quiet = await _quiet(local)
    documents = await open_documents(local.settings)
    try:
        results = [
            await _result(local, documents, scene, person, transcript)
            for scene, person, transcript in zip(SCENES, people, told, strict=True)
        ]
        checks = [quiet, await _dead(local), _once(local), _webhooks(local), await _chains(local, documents)]
    finally:
        await documents.close()
    answered = Check("crowd answered", many.unanswered == 0, f"{many.replies} of {CROWD} people got a reply")
    return Report(
        ok=all(check.ok for check in (*checks, answered)) and not any(r.problem for r in results),
        scenes=tuple(results),
        checks=(answered, *checks),
        scene_latency=Latency.of([ms for transcript in told for ms in transcript.latencies_ms]),
        crowd_latency=many,
    )


async def _quiet(local: Local) -> Check:
    """Espera não haver nada em curso: só então o banco tem tudo."""
    try:
        async with asyncio.timeout(QUIET_TIMEOUT_S):
            while not (await inspect(local.gateway, STAGES)).idle:  # noqa: ASYNC110 — quem muda é o executor
                await asyncio.sleep(0.02)
    except TimeoutError:
        return Check("nothing left", ok=False, detail=f"still busy after {QUIET_TIMEOUT_S:g} s")
    return Check("nothing left", ok=True, detail="no backlog, nothing pending, nothing parked")


async def _dead(local: Local) -> Check:
    status = await inspect(local.gateway, STAGES)
    dead = status.dead_ingress + sum(stage.dead for stage in status.stages)
    return Check("dead letters", dead == 0, f"{dead} in the dead-letter streams")


def _once(local: Local) -> Check:
    twice = sum(n > 1 for n in Counter(sent.reply_id for sent in local.simulator.sent).values())
    count = len(local.simulator.sent)
    return Check("each reply once", twice == 0 and count > 0, f"{count} replies sent, {twice} twice")


def _webhooks(local: Local) -> Check:
    lost = len(local.simulator.given_up)
    return Check("webhooks taken", lost == 0, f"{lost} given up by the local Meta")


async def _chains(local: Local, documents: Documents) -> Check:
    log, broken = AuditLogStore(documents), 0
    keys = {_key(local, sent.to) for sent in local.simulator.sent}
    for key in keys:
        broken += not (await log.verify(key)).intact
    return Check("audit chains", broken == 0, f"{len(keys)} verified, {broken} broken")


async def _result(
    local: Local, documents: Documents, scene: Scene, person: Profile, transcript: Transcript
) -> SceneResult:
    key = _key(local, person.key)
    outcome = await _outcome(documents, key)
    replies = sum(entry.who == "bot" for entry in transcript.entries)
    problem = transcript.problem
    if not problem and outcome != scene.outcome:
        problem = f"outcome {outcome or 'missing'}, expected {scene.outcome}"
    if not problem and not scene.expects(replies):
        problem = f"{replies} replies, expected {scene.replies}"
    return SceneResult(scene.name, person.name, transcript.entries, outcome, scene.outcome, replies, problem)


async def _outcome(documents: Documents, key: str) -> str:
    """Desfecho da sessão encerrada ou, se ela segue aberta, o da última mensagem nossa."""
    closed, _ = await SessionStore(documents).of(key, limit=1)
    if closed:
        return closed[0].outcome
    page = await ConversationStore(documents).messages(key)
    ours = [message.outcome for message in page.messages if message.direction == "out"]
    return ours[-1] if ours else ""


def _key(local: Local, address: str) -> str:
    return user_key(local.settings.pepper_secret.reveal().encode(), identity(address))
