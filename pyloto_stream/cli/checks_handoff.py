"""O CRM está ao alcance? Um `HEAD` sem corpo nem assinatura ao endereço das entregas: nada é entregue.

Promete: só o servidor do endereço é mostrado. Limite: se ele aceita a assinatura, só uma entrega diz.
"""

from urllib.parse import urlsplit

from pyloto_stream.cli.check import Check
from pyloto_stream.settings import Settings

TIMEOUT_S = 5.0
NAME = "handoff"


async def handoff_check(settings: Settings) -> Check:
    """A resposta; sem endereço, o que isso quer dizer."""
    if not settings.handoff_webhook_url:
        return Check(NAME, "ok", "no HANDOFF_WEBHOOK_URL: hand-offs only go to the stream")
    where = str(settings.handoff_webhook_url)
    status, trouble = await _asked(settings.handoff_webhook_url.reveal())
    if trouble:
        return Check(NAME, "failed", f"{where}: {trouble}")
    if status >= 500:
        return Check(NAME, "warning", f"{where}: answers with HTTP {status}")
    if 300 <= status < 400:
        return Check(NAME, "warning", f"{where}: answers with a redirect, which is not followed")
    if urlsplit(settings.handoff_webhook_url.reveal()).scheme == "http":
        return Check(NAME, "warning", f"{where}: answers, without TLS")
    return Check(NAME, "ok", f"{where}: answers; the signature was not tried")


async def _asked(url: str) -> tuple[int, str]:
    """Status do `HEAD`, ou o que o impediu."""
    import aiohttp  # noqa: PLC0415 — só quem tem um endereço configurado

    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S)) as http,
            http.head(url, allow_redirects=False) as answer,
        ):
            return answer.status, ""
    except aiohttp.ClientSSLError:
        return 0, "its TLS certificate or protocol is not accepted"
    except TimeoutError:
        return 0, f"no answer in {TIMEOUT_S:g} s"
    except (aiohttp.ClientError, OSError):
        return 0, "cannot be reached"
