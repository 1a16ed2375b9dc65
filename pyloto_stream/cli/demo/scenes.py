"""O que se demonstra? As cenas de `data/scenes.toml`, cada uma com o que se espera dela."""

import msgspec

from pyloto_stream.conversation.data_files import load_toml
from pyloto_stream.conversation.records import Outcome
from pyloto_stream.simulator.people import Profile
from pyloto_stream.simulator.script import Await, Burst, Say, Script, Step, Tap

REPLY_TIMEOUT_S = 20.0


class SceneStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Um passo; uma só das chaves `say`, `burst`, `tap` e `wait` (ver o arquivo).

    Raises:
        ValueError: nenhuma delas, ou mais de uma.
    """

    say: str = ""
    copies: int = 1
    burst: tuple[str, ...] = ()
    tap: str = ""
    wait: int = 0
    contains: str = ""

    def __post_init__(self) -> None:
        """Confere que o passo diz uma coisa só."""
        if sum(map(bool, (self.say, self.burst, self.tap, self.wait))) != 1:
            raise ValueError("exactly one of say, burst, tap and wait")

    def step(self) -> Step:
        """O passo, na língua do simulador."""
        if self.say:
            return Say(self.say, self.copies)
        if self.burst:
            return Burst(self.burst)
        return Tap(self.tap) if self.tap else Await(self.wait, self.contains)


class Scene(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Uma conversa e o desfecho esperado; `replies_most` 0: exatamente `replies` respostas."""

    name: str
    person: str
    outcome: Outcome
    replies: int
    steps: tuple[SceneStep, ...]
    replies_most: int = 0

    def script(self, person: Profile) -> Script:
        """O roteiro da cena, tocado por `person`."""
        return Script(self.name, person, tuple(s.step() for s in self.steps), REPLY_TIMEOUT_S)

    def expects(self, replies: int) -> bool:
        """Essa quantidade de respostas é a esperada?"""
        return self.replies <= replies <= (self.replies_most or self.replies)


class _SceneFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scenes: tuple[Scene, ...]


SCENES = load_toml("pyloto_stream.cli.demo", "scenes.toml", _SceneFile).scenes
