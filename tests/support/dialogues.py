"""Os diálogos escritos em `tests/dialogues/*.toml`, tocados pelo sistema inteiro, todos ao mesmo tempo."""

import asyncio
import tomllib
from functools import cache
from pathlib import Path

import msgspec
from msgspec.structs import replace

from consumers.documents import open_documents
from consumers.pipeline import STAGES
from pyloto_stream.cli.demo.scenes import Scene, SceneFile
from pyloto_stream.cli.demo.verdict import Found, Performance
from pyloto_stream.cli.local import Local, local_system
from pyloto_stream.settings import Settings
from pyloto_stream.simulator.people import Profile
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.simulator.script import Transcript
from pyloto_stream.streams.status import inspect

FOLDER = Path(__file__).parents[1] / "dialogues"
SHORT = {
    "AWAITING_USER_TIMEOUT": "5", "SESSION_IDLE_TIMEOUT": "5", "ROUTE_EXTERNAL_COOLDOWN": "0",
    "HANDOFF_RELEASE_AFTER": "5",
}  # fmt: skip
"""Prazos que vencem num teste e que ninguém deixa vencer por estar lento: quem escreve, escreve logo."""
GROUPS: dict[str, dict[str, str]] = {"plain": {}, "forms": {}, "short": SHORT}
FIRST = 101
PATIENCE_S, QUIET_S = 60.0, 60.0
"""Só quem nunca responde faz um diálogo esperar tanto, por mais ocupada que esteja a máquina."""


@cache
def dialogues() -> tuple[Scene, ...]:
    """Todos, na ordem dos arquivos."""
    files = [
        msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), SceneFile)
        for path in sorted(FOLDER.glob("*.toml"))
    ]
    return tuple(scene for file in files for scene in file.scenes)


class Told(msgspec.Struct, frozen=True):
    """Um diálogo tocado: o que se disse, o que ficou, e o que não saiu como se esperava."""

    scene: Scene
    transcript: Transcript
    found: Found
    problem: str

    def __str__(self) -> str:
        """A conversa, para ler quando algo não é como se esperava."""
        lines = [f"{entry.who:>6}: {entry.text}" for entry in self.transcript.entries]
        handed = [f"{h.intent_primary} {h.qualification_level} {h.requirements}" for h in self.found.handoffs]
        return "\n".join([f"== {self.scene.name}: {self.problem}", *lines, *self.found.outcomes, *handed])


async def perform(scenes: list[Scene], settings: Settings, *, forms: bool = False) -> list[Told]:
    """Toca `scenes` ao mesmo tempo, cada uma com a sua pessoa, num sistema só delas."""
    async with local_system(settings, forms=forms) as local:
        documents = await open_documents(local.settings)
        try:
            played = [
                Performance(local, documents, scene, profile(FIRST + number, scene), PATIENCE_S)
                for number, scene in enumerate(scenes)
            ]
            told = await asyncio.gather(*(each.play() for each in played))
            await quiet(local)
            assert local.simulator.given_up == []
            return [
                Told(each.scene, said, await each.found(), await each.problem(said))
                for each, said in zip(played, told, strict=True)
            ]
        finally:
            await documents.close()


def profile(number: int, scene: Scene) -> Profile:
    """A pessoa de uma cena; escondida, só mostra o id de escopo."""
    person = replace(fictional(number), name=scene.person)
    return replace(person, wa_id="", username=f"pessoa.{number}") if scene.hidden else person


async def quiet(local: Local) -> None:
    """Espera não haver nada em curso: só então o banco tem tudo."""
    try:
        async with asyncio.timeout(QUIET_S):
            while not (await inspect(local.gateway, STAGES)).idle:  # noqa: ASYNC110 — quem muda é o executor
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"still busy: {await inspect(local.gateway, STAGES)}") from None
