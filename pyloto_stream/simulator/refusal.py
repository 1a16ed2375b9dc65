"""Como a Meta recusa uma chamada? O documento de erro da Graph e o status HTTP de cada código.

Textos e status da tabela de erros da Cloud API (nov. 2025); a Graph classifica pelo `code`, não pelo HTTP.
"""

from base64 import b64encode
from secrets import token_bytes

from aiohttp import web

from pyloto_stream.simulator.envelopes import Json, meta_json

TITLES: dict[int, tuple[int, str]] = {
    0: (401, "AuthException"),
    1: (400, "API Unknown"),
    2: (503, "API Service"),
    4: (400, "API Too Many Calls"),
    10: (403, "Permission Denied"),
    100: (400, "Invalid parameter"),
    190: (401, "Invalid OAuth access token - Cannot parse access token"),
    368: (403, "Temporarily blocked for policies violations"),
    2500: (400, "Unknown path components"),
    80007: (400, "Rate limit issues"),
    130429: (429, "Rate limit hit"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131026: (400, "Message undeliverable"),
    131031: (403, "Account has been locked"),
    131042: (400, "Business eligibility payment issue"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131051: (400, "Unsupported message type"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
}
"""Código → (HTTP, título). `130429` usa 429, que a OpenAPI da Meta prevê; a página de erros diz 400."""

TRANSIENT = frozenset({1, 2, 4, 130429, 131000, 131016, 131056, 131057})


def error_object(code: int, details: str = "") -> Json:
    """Um erro como vem dentro de webhooks: em `statuses[].errors`, `messages[].errors` e `value.errors`."""
    title = TITLES.get(code, (400, "Unknown error"))[1]
    data = {"details": details or f"{title}."}
    return {"code": code, "title": title, "message": title, "error_data": data}


class RefusedCallError(Exception):
    """A chamada não é aceita: `code` da Graph, `details` para quem lê, `status` HTTP."""

    def __init__(self, code: int, details: str, *, status: int = 0, subcode: int = 0) -> None:
        super().__init__(details)
        known_status, self.title = TITLES.get(code, (400, "Unknown error"))
        self.code = code
        self.details = details
        self.status = status or known_status
        self.subcode = subcode

    def response(self, *, retry_after_s: int = 0) -> web.Response:
        """A resposta HTTP da Graph."""
        error: Json = {
            "message": f"(#{self.code}) {self.title}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": "A" + b64encode(token_bytes(15)).decode(),
        }
        if self.code in TRANSIENT:
            error["is_transient"] = True
        if self.subcode:
            error["error_subcode"] = self.subcode
        headers = {"Retry-After": str(retry_after_s)} if retry_after_s else {}
        return web.Response(
            body=meta_json({"error": error}),
            status=self.status,
            headers=headers,
            content_type="application/json",
        )
