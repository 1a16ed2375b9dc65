"""O modelo serve? Uma pergunta de verdade, com o esquema de verdade: alcance, chave, modelo e forma.

Promete: pergunta só o que ninguém escreveu ("oi"), e custa o que uma mensagem custa. Não diz segredo nenhum.
"""

import asyncio
import time
from collections.abc import Mapping

from pyloto_stream.cli.check import Check
from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.settings import Settings

PATIENCE_S = 30.0
WHY: Mapping[str, str] = {
    "unauthorized": "OPENAI_API_KEY: the server refuses it",
    "not_found": "OPENAI_MODEL: the server does not know it, or OPENAI_BASE_URL misses a path such as /v1",
    "rejected": "the server refuses the request: does the model take response_format json_schema?",
    "quota_exhausted": "OPENAI_API_KEY: no credit left",
    "rate_limited": "the server asks for less haste; it works otherwise",
    "unavailable": "OPENAI_BASE_URL: out of reach, or the server is down",
    "bad_answer": "OPENAI_BASE_URL: what answers does not speak chat completions",
    "off_schema": "answers, but not in the schema: choose a model with structured outputs",
    "timeout": "no answer",
}
LOOK = frozenset(("rate_limited",))


async def model_checks(settings: Settings) -> list[Check]:
    """Uma resposta, ou nenhuma se as regras trabalham sozinhas."""
    return [await _model(settings)] if settings.openai_enabled else []


async def _model(settings: Settings) -> Check:
    from pyloto_stream.ai.briefing import brief  # noqa: PLC0415 — só quem tem um modelo configurado
    from pyloto_stream.ai.chat import ModelError  # noqa: PLC0415
    from pyloto_stream.ai.decision import decode, strict_schema  # noqa: PLC0415
    from pyloto_stream.ai.listening import first_message  # noqa: PLC0415
    from pyloto_stream.ai.masking import Masking  # noqa: PLC0415
    from pyloto_stream.ai.openai_chat import open_chat  # noqa: PLC0415

    state, _ = first_message("oi")
    url, key = settings.openai_base_url, settings.openai_api_key.reveal()
    where = f"{settings.openai_model} at {url}"
    try:
        chat = await open_chat(url, key, settings.openai_model, strict_schema(), timeout_s=PATIENCE_S)
    except MisconfiguredError as error:
        return Check("model", "failed", str(error))
    began = time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE_S):
            decode((await chat.ask(brief(state, ["oi"], Masking()))).text)
    except TimeoutError:
        return _failed(where, "timeout")
    except ModelError as error:
        return _failed(where, error.code)
    finally:
        await chat.close()
    return _judged(where, time.monotonic() - began, settings.openai_timeout_seconds)


def _failed(where: str, code: str) -> Check:
    return Check("model", "warning" if code in LOOK else "failed", f"{where}: {WHY.get(code, code)}")


def _judged(where: str, took_s: float, budget_s: float) -> Check:
    told = f"{where}: answers in the schema, in {took_s:.1f} s"
    if took_s > budget_s:
        return Check(
            "model", "warning", f"{told}; OPENAI_TIMEOUT_SECONDS={budget_s:g} leaves it to the rules"
        )
    return Check("model", "ok", told)
