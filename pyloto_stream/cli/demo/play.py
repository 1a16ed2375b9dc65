"""A demonstração deu certo? Toca as cenas, espera o sistema esvaziar e confere no banco o que ficou.

O que se confere não vem de quem respondeu: desfechos e cadeias de auditoria são lidos do banco de documentos,
envios do registro da Meta local, filas e mortos do executor.
"""

import asyncio
from collections import Counter

import msgspec
from msgspec.structs import replace

from consumers.documents import open_documents
from consumers.pipeline import STAGES
from pyloto_stream.cli.demo.scenes import SCENES
from pyloto_stream.cli.demo.verdict import Performance
from pyloto_stream.cli.local import Local
from pyloto_stream.simulator.crowd import Latency, crowd
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.simulator.script import Entry, Transcript
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.ports import Documents
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
    outcomes: tuple[str, ...]
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
    documents = await open_documents(local.settings)
    try:
        scenes = [
            Performance(local, documents, scene, replace(fictional(FIRST_SCENE + number), name=scene.person))
            for number, scene in enumerate(SCENES)
        ]
        told = [await scene.play() for scene in scenes]
        many = await crowd(local.simulator, first=FIRST_OF_CROWD, count=CROWD, per_s=CROWD_PER_S)
        quiet = await _quiet(local)
        results = [await _result(scene, transcript) for scene, transcript in zip(scenes, told, strict=True)]
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
    expected = sum(scene.dead for scene in SCENES)
    detail = f"{dead} in the dead-letter streams" + (f", {expected} expected" if expected else "")
    return Check("dead letters", dead == expected, detail)


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


async def _result(scene: Performance, transcript: Transcript) -> SceneResult:
    found, expected = await scene.found(), scene.scene
    problem = await scene.problem(transcript)
    return SceneResult(
        expected.name, expected.person, transcript.entries, found.outcomes, len(scene.person.replies), problem
    )


def _key(local: Local, address: str) -> str:
    return user_key(local.settings.pepper_secret.reveal().encode(), identity(address))
