"""Como guardar segredos no Google Secret Manager? A mesma porta sobre o cliente assíncrono do Google.

O cliente não repete nada sozinho (`retry=None`): um servidor morto aparece em `timeout_s`. Mensagens do
Google citam o projeto e o segredo: nunca seguem adiante. O valor lido é conferido por CRC32C. O SDK só é
importado em `open`. Limite: o segredo tem de existir; aqui só se criam versões.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from pyloto_stream.errors import MisconfiguredError, PermanentError, UnavailableError
from pyloto_stream.stores.secrets import (
    DISABLED,
    LATEST,
    UNKNOWN,
    UNSTORABLE,
    Secrets,
    SecretVersion,
    check_value,
)

if TYPE_CHECKING:
    from google.cloud.secretmanager_v1 import SecretManagerServiceAsyncClient

_NO_FORK = ("GRPC_ENABLE_FORK_SUPPORT", "0")
"""Antes de importar o gRPC: um processo que iniciamos (o Redis embutido) não o usa, e cairia com ele."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_FULL = re.compile(r"projects/([a-z0-9:.-]{1,63})/secrets/([A-Za-z0-9_-]{1,255})")
_VERSION = re.compile(r"latest|[0-9]{1,9}")


class SecretManager(Secrets):
    """Adaptador do Secret Manager; crie com `open`. `timeout_s`: prazo de cada chamada, em segundos."""

    def __init__(self, client: "SecretManagerServiceAsyncClient", project: str, timeout_s: float) -> None:
        self._client = client
        self._project = project
        self._timeout_s = timeout_s

    def __repr__(self) -> str:
        """Sem projeto nem nomes."""
        return "<SecretManager>"

    @classmethod
    async def open(cls, project: str, *, emulator_host: str = "", timeout_s: float = 2.0) -> Self:
        """Prepara o cliente; a conexão só é feita no primeiro uso.

        `project` vale para nomes curtos; `emulator_host`, `host:porta` de um substituto local, sem TLS nem
        credenciais.

        Raises:
            MisconfiguredError: falta o SDK (extra `gcp`) ou não há credenciais no ambiente.
        """
        os.environ.setdefault(*_NO_FORK)
        try:
            from google.auth.exceptions import DefaultCredentialsError  # noqa: PLC0415 — só quem usa paga
            from google.cloud.secretmanager_v1 import SecretManagerServiceAsyncClient as Client  # noqa: PLC0415
        except ImportError:
            raise MisconfiguredError("Secret Manager: needs the extra `gcp`") from None
        if emulator_host:
            return cls(_local(emulator_host), project, timeout_s)
        try:
            return cls(Client(), project, timeout_s)
        except DefaultCredentialsError:
            raise MisconfiguredError("Secret Manager: no Google credentials in the environment") from None

    async def get(self, name: str, version: str = LATEST) -> str:
        """Ver a porta."""
        import google_crc32c  # noqa: PLC0415 — ver `open`

        where = f"{self._secret(name)}/versions/{_checked(version)}"
        with _told():
            found = await self._client.access_secret_version(name=where, retry=None, timeout=self._timeout_s)
        data, told = found.payload.data, found.payload.data_crc32c
        if told and google_crc32c.value(data) != told:
            raise UnavailableError("secret arrived damaged", code="secrets_unavailable")
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise PermanentError("the secret is not text", code=UNSTORABLE) from None

    async def versions(self, name: str) -> list[SecretVersion]:
        """Ver a porta; as destruídas contam como desligadas."""
        from google.cloud.secretmanager_v1.types import SecretVersion as Theirs  # noqa: PLC0415 — ver `open`

        with _told():
            pages = await self._client.list_secret_versions(
                parent=self._secret(name), retry=None, timeout=self._timeout_s
            )
            found = [each async for each in pages]
        on = Theirs.State.ENABLED
        listed = [SecretVersion(each.name.rpartition("/")[2], each.state == on) for each in found]
        return sorted(listed, key=lambda each: -int(each.id))

    async def add_version(self, name: str, value: str) -> str:
        """Ver a porta."""
        import google_crc32c  # noqa: PLC0415 — ver `open`
        from google.cloud.secretmanager_v1.types import SecretPayload  # noqa: PLC0415 — idem

        data = check_value(value)
        payload = SecretPayload(data=data, data_crc32c=google_crc32c.value(data))
        with _told():
            added = await self._client.add_secret_version(
                parent=self._secret(name), payload=payload, retry=None, timeout=self._timeout_s
            )
        return added.name.rpartition("/")[2]

    async def disable(self, name: str, version: str) -> None:
        """Ver a porta."""
        where = f"{self._secret(name)}/versions/{_checked(version)}"
        with _told():
            await self._client.disable_secret_version(name=where, retry=None, timeout=self._timeout_s)

    async def close(self) -> None:
        """Fecha a conexão."""
        await self._client.transport.close()  # type: ignore[no-untyped-call] # SDK sem tipos aqui

    def _secret(self, name: str) -> str:
        if _FULL.fullmatch(name):
            return name
        if not _NAME.fullmatch(name):
            raise MisconfiguredError("secret: must be a name, or projects/PROJECT/secrets/NAME")
        if not self._project:
            raise MisconfiguredError("secret: say projects/PROJECT/secrets/NAME, no project is configured")
        return f"projects/{self._project}/secrets/{name}"


def _checked(version: str) -> str:
    if not _VERSION.fullmatch(version):
        raise PermanentError("a version is a number or `latest`", code=UNKNOWN)
    return version


def _local(host: str) -> "SecretManagerServiceAsyncClient":
    """Um cliente sem TLS: `api_endpoint` sozinho abriria TLS, por isso vai o transporte pronto."""
    import grpc.aio  # type: ignore[import-untyped] # noqa: PLC0415 — ver `open`
    from google.cloud.secretmanager_v1 import SecretManagerServiceAsyncClient  # noqa: PLC0415 — idem
    from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (  # noqa: PLC0415
        SecretManagerServiceGrpcAsyncIOTransport,
    )

    channel = grpc.aio.insecure_channel(host)
    return SecretManagerServiceAsyncClient(
        transport=SecretManagerServiceGrpcAsyncIOTransport(channel=channel)
    )


@contextmanager
def _told() -> Iterator[None]:
    """Uma falha do Google vira uma nossa, sem o nome do que se pediu."""
    from google.api_core import exceptions  # noqa: PLC0415 — ver `open`
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415 — idem

    try:
        yield
    except exceptions.NotFound:
        raise PermanentError("no such secret or version", code=UNKNOWN) from None
    except exceptions.FailedPrecondition:
        raise PermanentError("the secret version is disabled or destroyed", code=DISABLED) from None
    except exceptions.InvalidArgument:
        raise PermanentError("the value or the name was refused", code=UNSTORABLE) from None
    except (exceptions.Forbidden, exceptions.Unauthorized, GoogleAuthError) as error:
        raise UnavailableError(
            f"Secret Manager refused ({type(error).__name__})", code="secrets_refused"
        ) from None
    except exceptions.GoogleAPIError as error:
        raise UnavailableError(
            f"Secret Manager failed ({type(error).__name__})", code="secrets_unavailable"
        ) from None
