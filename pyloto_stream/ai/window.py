"""O que se lembra das últimas falas, para que o modelo entenda a próxima? Poucas linhas, curtas e sem dados.

Promete: no máximo `MAX_LINES` linhas de `MAX_LINE` caracteres, das duas partes, redigidas sem volta.
"""

from collections.abc import Sequence

from pyloto_stream.ai.briefing import fenced
from pyloto_stream.ai.masking import redact, redact_all
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.texts import clip

MAX_LINES, MAX_LINE = 8, 300
PERSON, US = "U: ", "P: "


def extended(window: Sequence[str], texts: Sequence[str], reply: Reply | None) -> list[str]:
    """`window` com o que a pessoa escreveu e o que respondemos neste turno."""
    said = [PERSON + line for text in redact_all([*map(fenced, texts)]) if (line := _line(text))]
    if reply is not None and (line := _line(redact(fenced(reply.plain or reply.text)))):
        said.append(US + line)
    return [*window, *said][-MAX_LINES:]


def _line(text: str) -> str:
    return clip(" ".join(text.split()), MAX_LINE - len(PERSON))
