"""O que se demonstra? Cenas: conversas escritas em TOML, cada uma com o que se espera dela.

Promete: a mesma forma serve à demonstração (`data/scenes.toml`) e aos diálogos dos testes; um passo diz uma
coisa só. Limite: o que se espera está em palavras do contrato; quem confere é `verdict.py`.
"""

from typing import Literal

import msgspec

from pyloto_stream.conversation.data_files import load_toml
from pyloto_stream.conversation.records import Outcome
from pyloto_stream.simulator.faults import Fault
from pyloto_stream.simulator.people import Profile
from pyloto_stream.simulator.script import Await, Break, Burst, Say, Script, Step, Tap, Watch
from pyloto_stream.simulator.script_steps import Attend, Bare, Fill, Locate, Make, React, Share

REPLY_TIMEOUT_S = 20.0
STEPS = (
    "say", "burst", "tap", "send", "place", "contact", "react", "form", "human", "fault", "until", "wait",
)  # fmt: skip


class SceneStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Um passo: uma só das chaves de `STEPS`, e o que a acompanha (ver o arquivo).

    Raises:
        ValueError: nenhuma delas, ou mais de uma.
    """

    say: str = ""
    copies: int = 1
    burst: tuple[str, ...] = ()
    tap: str = ""
    send: Bare | Literal[""] = ""
    caption: str = ""
    place: Locate | None = None
    contact: Share | None = None
    react: str = ""
    form: dict[str, object] = {}
    human: str = ""
    fault: Fault | None = None
    until: str = ""
    wait: int = 0
    contains: str = ""

    def __post_init__(self) -> None:
        """Confere que o passo diz uma coisa só."""
        if sum(bool(getattr(self, name)) for name in STEPS) != 1:
            raise ValueError(f"exactly one of {', '.join(STEPS)}")

    def step(self) -> Step:
        """O passo, na língua do simulador."""
        steps: tuple[Step | None, ...] = (
            Say(self.say, self.copies) if self.say else None,
            Burst(self.burst) if self.burst else None,
            Tap(self.tap) if self.tap else None,
            Make(self.send, self.caption) if self.send else None,
            self.place,
            self.contact,
            React(self.react) if self.react else None,
            Fill(self.form) if self.form else None,
            Attend(self.human) if self.human else None,
            Break(self.fault) if self.fault else None,
            Watch(self.until) if self.until else None,
        )
        return next((step for step in steps if step), Await(self.wait, self.contains))


class Handed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Uma entrega esperada. `facts` são todos os `requirements`; `reason`, um trecho de um dos motivos.

    Vazios não se conferem, menos `facts`. `routing` e `detected` como no contrato.
    """

    intent: str
    level: Literal["high", "medium", "low"]
    facts: dict[str, str] = {}
    detected: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    routing: str = ""
    reason: str = ""


class Scene(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Uma conversa e o que se espera dela; `replies_most` 0: exatamente `replies` respostas.

    `outcomes` são os desfechos das sessões, em ordem; o último é AWAITING_USER se há uma pergunta em aberto.
    `handoffs`, todas as entregas, em ordem. Cada trecho de `says` está em alguma resposta, e nenhum de
    `never`. `dead`: quantos turnos a cena deixa entre os mortos. `group`: com que configuração se toca.
    `hidden`: a pessoa não mostra o telefone. `planted`: dados pessoais ditos, que não podem ir parar em
    outro lugar.
    """

    name: str
    person: str
    outcomes: tuple[Outcome, ...]
    replies: int
    steps: tuple[SceneStep, ...]
    replies_most: int = 0
    handoffs: tuple[Handed, ...] = ()
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    audited: tuple[str, ...] = ()
    dead: int = 0
    group: Literal["plain", "forms", "short"] = "plain"
    hidden: bool = False
    planted: tuple[str, ...] = ()

    def script(self, person: Profile, patience_s: float | None = None) -> Script:
        """O roteiro da cena, tocado por `person`, que espera cada resposta por `patience_s`."""
        return Script(self.name, person, tuple(s.step() for s in self.steps), patience_s or REPLY_TIMEOUT_S)

    def expects(self, replies: int) -> bool:
        """Essa quantidade de respostas é a esperada?"""
        return self.replies <= replies <= (self.replies_most or self.replies)


class SceneFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Um arquivo de cenas."""

    scenes: tuple[Scene, ...]


SCENES = load_toml("pyloto_stream.cli.demo", "scenes.toml", SceneFile).scenes
