"""Como um teste confirma um turno sem um trabalhador? Com o script, a operação e o cabeçalho dele."""

from collections.abc import Mapping

from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.lease import commit_head, commit_op
from pyloto_stream.streams.model import Lane, Plan, Turn
from pyloto_stream.streams.scripts import Script


async def commit(gateway: Gateway, turn: Turn, plan: Plan, lanes: Mapping[str, Lane], name: str) -> int:
    """Aplica `plan` em nome de `name`: 1 aplicado, 2 já era nosso, 0 descartado."""
    op, head = commit_op(turn, plan, lanes), commit_head(turn.stage, lanes, name)
    return int(await gateway.submit(Script.COMMIT, turn.partition, op, head))
