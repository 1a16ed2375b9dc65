"""O que uma etapa pura decide precisa ir ao Redis para chegar à seguinte? Não, se as duas são deste processo.

Promete: um turno encadeado é confirmado por um só commit, com tudo o que cada etapa decidiu, ou nada. A etapa
que não acaba num plano recebe o seu token pelo Redis, como se não houvesse elo, e lá se repete ou se enterra.
Limite: só entre etapas puras: nada sai do processo antes do commit, e decidir de novo dá o mesmo.
"""

from typing import TYPE_CHECKING

import msgspec

from pyloto_stream.streams.model import Plan, Turn

if TYPE_CHECKING:
    from pyloto_stream.streams.decide import Decider


class Chain:
    """As etapas de um processo que podem seguir umas às outras; cada trabalhador põe nela a sua."""

    def __init__(self) -> None:
        self._links: dict[str, Decider] = {}

    def join(self, stage: str, decider: "Decider") -> None:
        """`stage` passa a ser um elo, se é pura."""
        if decider.inline:
            self._links[stage] = decider

    def follow(self, turn: Turn, plan: Plan) -> tuple[Plan, tuple[str, ...]]:
        """O plano de `turn` com os das etapas que o seguem aqui, e quais foram."""
        passed = [turn.stage]
        while plan.to not in passed and (link := self._links.get(plan.to or "")) is not None:
            turn = _next(turn, plan)
            following = link.attempt(turn)
            if following is None or (plan.sent and following.sent):
                break
            passed.append(turn.stage)
            plan = _joined(plan, following)
        return plan, tuple(passed[1:])


def _next(turn: Turn, plan: Plan) -> Turn:
    """O turno que o token de `plan` daria à próxima etapa, como `commit.lua` o escreveria."""
    return msgspec.structs.replace(
        turn,
        stage=plan.to,
        state=turn.state if plan.state is None else plan.state,
        payload=plan.payload,
        mode=turn.mode if plan.mode is None else plan.mode,
        failures=0,
        snoozes=0,
        history=(),
    )


def _joined(first: Plan, second: Plan) -> Plan:
    """Um plano com o efeito dos dois, na ordem."""
    return Plan(
        to=second.to,
        payload=second.payload,
        state=first.state if second.state is None else second.state,
        mode=first.mode if second.mode is None else second.mode,
        sent=second.sent or first.sent,
        feed=first.feed + second.feed,
        timers=first.timers + second.timers,
        published=first.published + second.published,
        asked=first.asked,
    )
