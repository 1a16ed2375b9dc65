"""Com que identidade se fala com o Cloud Storage, quem assina links, e o que cada falha quer dizer?

Promete: nada do que o Google disse (caminho, balde, mensagem) segue adiante, só a espécie da falha; ninguém
repete nada por trás. Limite: importa o SDK do Google; só `object_gcs.py` o carrega, e só ao abrir.
"""

import asyncio
import base64
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import ParamSpec, TypeVar

import google.auth
import requests
from google.api_core.exceptions import GoogleAPICallError, from_http_response
from google.auth.credentials import AnonymousCredentials, Credentials, Signing
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError
from google.auth.transport.requests import AuthorizedSession, Request
from google.cloud.storage import Client  # type: ignore[import-untyped] # sem tipos
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse  # type: ignore[import-untyped] # idem
from requests.adapters import HTTPAdapter

from pyloto_stream.errors import MisconfiguredError, OverloadedError, PermanentError, UnavailableError
from pyloto_stream.stores.objects import BUSY, REFUSED, UNAVAILABLE, ObjectMissingError

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
"""A de assinar pelo IAM; o que se pode no balde quem decide são os papéis."""
IAM_URL = "https://iamcredentials.googleapis.com"
EXISTS = "object_exists"
"""A condição de só criar não valeu: já há um objeto."""
FAILURES = (GoogleAPICallError, GoogleAuthError, requests.RequestException, DataCorruption, InvalidResponse)
THREADS = 32

_HASTE = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"})
"""Motivos de um 403 que pedem espera, e não permissão."""
_LATER = frozenset({408, 410})

P = ParamSpec("P")
T = TypeVar("T")


class Google:
    """Um cliente aberto, a sessão por onde tudo passa, e quem assina (se alguém); crie com `open_google`."""

    def __init__(
        self,
        client: Client,
        http: AuthorizedSession,
        signer: Signing | None,
        threads: ThreadPoolExecutor,
        timeout_s: float,
    ) -> None:
        self.client = client
        self.http = http
        self.signer = signer
        self.timeout_s = timeout_s
        self.once = {"retry": None, "timeout": timeout_s}
        self._threads = threads

    async def call(self, missing: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`work` numa thread, com a falha traduzida; um 404 é `missing`, ou `ObjectMissingError` se vazio.

        Cancelar não interrompe a ida em curso: ela termina sozinha, e ninguém olha o resultado.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, partial(work, *args, **kwargs)
            )
        except FAILURES as error:
            failure = told(error)
        if missing and isinstance(failure, ObjectMissingError):
            raise UnavailableError("object store has no such place", code=missing)
        raise failure

    def close(self) -> None:
        """Fecha as conexões; uma ida em curso termina no prazo dela."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.client.close()


async def open_google(emulator_host: str, timeout_s: float, iam_url: str = IAM_URL) -> Google:
    """Credenciais do ambiente e um cliente que não repete nada.

    `emulator_host` é um endereço `http://…` sem credenciais; nele só se assina se
    `GOOGLE_APPLICATION_CREDENTIALS` diz com que chave.

    Raises:
        MisconfiguredError: não há credenciais no ambiente.
    """
    return await asyncio.to_thread(_opened, emulator_host, timeout_s, iam_url)


def _opened(emulator_host: str, timeout_s: float, iam_url: str) -> Google:
    """Pode perguntar ao servidor de metadados da máquina quem somos."""
    needed = not emulator_host or os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
    found = _found() if needed else None
    identity = found
    if emulator_host or found is None:
        identity = AnonymousCredentials()  # type: ignore[no-untyped-call]
    http = AuthorizedSession(identity, refresh_timeout=timeout_s)  # type: ignore[no-untyped-call]
    for scheme in ("https://", "http://"):
        http.mount(scheme, HTTPAdapter(pool_maxsize=THREADS))
    options = {"api_endpoint": emulator_host} if emulator_host else None
    client = Client(project=None, credentials=identity, _http=http, client_options=options)
    client._bucket_metadata_cache = None  # noqa: SLF001 — senão ele pergunta pelo balde em threads só suas
    signer = None if found is None else _signer(found, http, timeout_s, iam_url)
    return Google(client, http, signer, ThreadPoolExecutor(THREADS, "gcs"), timeout_s)


def _found() -> Credentials:
    try:
        found, _ = google.auth.default(scopes=(SCOPE,))
    except DefaultCredentialsError:
        found = None
    if not isinstance(found, Credentials):
        raise MisconfiguredError("OBJECT_STORE: no Google credentials in the environment")
    return found


def _signer(found: Credentials, http: AuthorizedSession, timeout_s: float, iam_url: str) -> Signing | None:
    if isinstance(found, Signing):
        return found
    return IamSigner(found, http, timeout_s, iam_url) if hasattr(found, "service_account_email") else None


class IamSigner(Signing):
    """Assina com a chave que o Google guarda de uma conta de serviço: o que só tem token não tem chave."""

    def __init__(
        self, credentials: Credentials, http: AuthorizedSession, timeout_s: float, iam_url: str
    ) -> None:
        self._credentials = credentials
        self._http = http
        self._timeout_s = timeout_s
        self._iam_url = iam_url

    @property
    def signer_email(self) -> str:
        """A conta; a de uma máquina do Google só se sabe depois do primeiro token."""
        if not self._credentials.valid:
            self._credentials.refresh(Request())  # type: ignore[no-untyped-call]
        return str(getattr(self._credentials, "service_account_email", ""))

    @property
    def signer(self) -> "IamSigner":
        """Ele mesmo."""
        return self

    def sign_bytes(self, message: bytes) -> bytes:
        """Uma ida ao IAM (`iam.serviceAccounts.signBlob`)."""
        url = f"{self._iam_url}/v1/projects/-/serviceAccounts/{self.signer_email}:signBlob"
        body = {"payload": base64.b64encode(message).decode()}
        answer = self._http.request("POST", url, json=body, timeout=self._timeout_s)  # type: ignore[no-untyped-call]
        if answer.status_code != requests.codes.ok:
            raise from_http_response(answer)  # type: ignore[no-untyped-call]
        return base64.b64decode(answer.json()["signedBlob"])


def told(error: Exception) -> PermanentError | UnavailableError:
    """A nossa falha para uma de `FAILURES`; `ObjectMissingError` também quando o que falta é o balde."""
    kind = type(error).__name__
    status, reason, retry_after = _seen(error)
    if status == 404:
        return ObjectMissingError()
    if status == 412:
        return PermanentError("there is an object already", code=EXISTS)
    if status == 429 or (status == 403 and reason in _HASTE):
        wait_ms = int(retry_after) * 1000 if retry_after.isdecimal() else 0
        return OverloadedError(f"object store asks to wait ({kind})", code=BUSY, retry_after_ms=wait_ms)
    refused = 400 <= status < 500 and status not in _LATER
    if isinstance(error, GoogleAuthError):
        refused = not error.retryable
    code = REFUSED if refused else UNAVAILABLE
    return UnavailableError(f"object store failed ({kind})", code=code)


def _seen(error: Exception) -> tuple[int, str, str]:
    """Status, motivo e espera pedida; zero e vazios onde não se disse."""
    response = getattr(error, "response", None)
    status = int(getattr(error, "code", 0) or getattr(response, "status_code", 0) or 0)
    headers = getattr(response, "headers", None) or {}
    return status, _reason(response), str(headers.get("Retry-After", ""))


def _reason(response: object) -> str:
    """O motivo no corpo; o SDK o perde em parte das falhas."""
    if isinstance(response, requests.Response):
        with suppress(ValueError, LookupError, TypeError):
            return str(response.json()["error"]["errors"][0]["reason"])
    return ""
