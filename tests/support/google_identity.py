"""Uma conta de serviço do Google para os testes: a chave, o arquivo de credenciais, o IAM, os metadados."""

import base64
import json
from pathlib import Path
from typing import Self

from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

EMAIL = "objects@test-project.iam.gserviceaccount.com"
TOKEN = "token-of-the-machine"


class Account:
    """Uma chave RSA e o arquivo que `GOOGLE_APPLICATION_CREDENTIALS` nomearia; nada nele leva à rede."""

    def __init__(self, folder: Path) -> None:
        self._key = generate_private_key(public_exponent=65537, key_size=2048)
        pem = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        content = {
            "type": "service_account", "project_id": "test-project", "private_key_id": "1",
            "private_key": pem.decode(), "client_email": EMAIL, "token_uri": "http://127.0.0.1:9/token",
        }  # fmt: skip
        self.file = folder / "account.json"
        self.file.write_text(json.dumps(content))

    @property
    def public(self) -> RSAPublicKey:
        return self._key.public_key()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message, PKCS1v15(), SHA256())


class Machine:
    """O servidor de metadados de uma máquina do Google e o IAM que assina por ela, num laço local."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.host = ""
        self.refuse = 0
        """Status com que o IAM recusa, se não zero."""

    async def __aenter__(self) -> Self:
        app = web.Application()
        root = "/computeMetadata/v1/instance/service-accounts"
        app.router.add_get(f"{root}/{{name}}/token", self._token)
        app.router.add_get(f"{root}/{{name}}/", self._about)
        app.router.add_get("/", self._flavor)
        app.router.add_get("/computeMetadata/v1/project/project-id", self._flavor)
        app.router.add_get("/computeMetadata/v1/universe/universe-domain", self._universe)
        app.router.add_post("/v1/projects/-/serviceAccounts/{call}", self._sign)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.host = f"{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _flavor(self, _request: web.Request) -> web.Response:
        return web.Response(text="test-project", headers={"Metadata-Flavor": "Google"})

    async def _token(self, request: web.Request) -> web.Response:
        assert request.headers["Metadata-Flavor"] == "Google"
        return web.json_response({"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})

    async def _about(self, _request: web.Request) -> web.Response:
        return web.json_response({"email": EMAIL, "scopes": [], "aliases": ["default"]})

    async def _universe(self, _request: web.Request) -> web.Response:
        return web.Response(text="googleapis.com", content_type="application/text")

    async def _sign(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        assert request.match_info["call"] == f"{EMAIL}:signBlob"
        if self.refuse:
            body = {"error": {"code": self.refuse, "message": f"Permission denied for {EMAIL}"}}
            return web.json_response(body, status=self.refuse)
        signed = self._account.sign(base64.b64decode((await request.json())["payload"]))
        return web.json_response({"keyId": "1", "signedBlob": base64.b64encode(signed).decode()})
