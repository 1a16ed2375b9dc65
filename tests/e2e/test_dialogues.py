"""Conversas inteiras, escritas à mão, dão no que se espera: com as regras e com um modelo ao lado delas.

Todas ao mesmo tempo, por webhooks assinados, pelas seis etapas e pela Meta local; o que se confere é lido do
banco de documentos.
"""

import asyncio
import io
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import get_args

import pytest
from loguru import logger

from pyloto_stream.conversation.flow_files import INTENTS
from pyloto_stream.conversation.records import Outcome
from pyloto_stream.simulator.registry import fictional
from tests.support.dialogues import FIRST, GROUPS, Told, dialogues, perform
from tests.support.leaks import leaks
from tests.support.local import local_settings
from tests.support.log_archive import archive
from tests.support.model_server import MODEL, ModelServer, model_server

pytestmark = pytest.mark.timeout(300)
LEAST = 44


async def everyone(folder: Path, **environ: str) -> list[Told]:
    """Todos os diálogos, um sistema por grupo de configuração; os de prazos curtos, por último."""
    patient, hurried = ("plain", "forms"), ("short",)
    told = []
    for groups in (patient, hurried):
        told += await asyncio.gather(*(_group(group, folder / group, **environ) for group in groups))
    return [each for group in told for each in group]


async def _group(group: str, folder: Path, **environ: str) -> list[Told]:
    scenes = [scene for scene in dialogues() if scene.group == group]
    settings = local_settings(folder, LOG_LEVEL="DEBUG", **GROUPS[group], **environ)  # olha-se o log inteiro
    return await perform(scenes, settings, forms=group == "forms")


def all_as_expected(told: list[Told]) -> None:
    """Falha com as conversas que não deram no que se esperava, por extenso."""
    assert len(told) == len(dialogues())
    if wrong := [str(each) for each in told if each.problem]:
        pytest.fail("\n\n".join(wrong), pytrace=False)


@asynccontextmanager
async def written() -> AsyncIterator[io.StringIO]:
    """Cada linha de log, como sairia do processo."""
    out = io.StringIO()
    sink = logger.add(archive(out), level="DEBUG", format=lambda _: "", catch=False)
    try:
        yield out
    finally:
        logger.remove(sink)


def planted() -> list[str]:
    """O que se disse de pessoal, de todas as maneiras como poderia aparecer: inteiro e só os dígitos."""
    said = {text for scene in dialogues() for text in scene.planted}
    digits = {"".join(filter(str.isdigit, text)) for text in said}
    phones = {fictional(FIRST + number).wa_id for number in range(len(dialogues()))}
    return [*said, *(each for each in digits if each), *phones]


def found_in(text: str) -> list[str]:
    """O que de pessoal está em `text`."""
    return [each for each in planted() if each in text]


async def test_every_dialogue_ends_as_expected_with_the_rules(tmp_path: Path) -> None:
    async with written() as log:
        told = await everyone(tmp_path)
    all_as_expected(told)
    lines = log.getvalue().splitlines()
    assert len(lines) > len(told)
    assert found_in(log.getvalue()) == []
    assert [line for line in lines if leaks(line)] == []


async def test_every_dialogue_ends_as_expected_with_a_model_and_nothing_personal_leaves(
    tmp_path: Path,
) -> None:
    async with model_server() as model, written() as log:
        told = await everyone(tmp_path, OPENAI_ENABLED="true", OPENAI_BASE_URL=model.url, OPENAI_MODEL=MODEL)
    all_as_expected(told)
    assert len(model.bodies) > len(told), "the model was hardly asked"
    assert _sent(model) == []
    assert found_in(log.getvalue()) == []
    assert [line for line in log.getvalue().splitlines() if leaks(line)] == []


def _sent(model: ModelServer) -> list[str]:
    raw = [body.decode() for body in model.bodies]
    read = [asked.system + asked.user for asked in model.asked]  # sem os escapes do JSON
    return [each for text in (*raw, *read) for each in found_in(text)]


def test_the_dialogues_cover_the_contract() -> None:
    scenes = dialogues()
    assert len(scenes) >= LEAST
    assert [name for name, many in Counter(scene.name for scene in scenes).items() if many > 1] == []
    assert {outcome for scene in scenes for outcome in scene.outcomes} == {*get_args(Outcome)}
    handed = [handoff for scene in scenes for handoff in scene.handoffs]
    assert {handoff.level for handoff in handed} == {"high", "medium", "low"}
    assert {*INTENTS} - {intent for handoff in handed for intent in (handoff.intent, *handoff.detected)} <= {
        "PYLOTO_ENTREGA_REQUEST",  # os que não entregam ninguém: os desfechos deles estão acima
        "UNSUPPORTED",
    }
    planted = [(text, str(scene.steps) + scene.person) for scene in scenes for text in scene.planted]
    assert len(planted) >= 6
    assert [text for text, said in planted if text not in said] == []
