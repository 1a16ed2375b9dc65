"""Como a Meta recusa uma chamada? O documento de erro da Graph e o status HTTP de cada código.

A Graph classifica pelo `code`, não pelo HTTP.
"""

from base64 import b64encode
from secrets import token_bytes

from aiohttp import web

from pyloto_stream.simulator.envelopes import Json, meta_json
from pyloto_stream.simulator.titles import TITLES, TRANSIENT


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
