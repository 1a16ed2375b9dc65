"""Como guardar objetos no Cloud Storage? A mesma porta sobre o cliente do Google, que bloqueia, em threads.

Promete: o laço nunca espera; nada é repetido por trás, e um servidor mudo aparece em `timeout_s` por ida à
rede; um arquivo passa em blocos de `BLOCK_BYTES` nos dois sentidos, conferido por CRC32C; o que não chegou ao
fim não se vê. Limite: o prazo é de cada ida, não do objeto inteiro; só uma vez se pergunta se o balde existe.
Importa o SDK do Google: só quem usa carrega este módulo.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Self

import msgspec

from pyloto_stream.errors import MisconfiguredError, PermanentError, UnavailableError
from pyloto_stream.stores.object_gcs_client import EXISTS, IAM_URL, Google, open_google
from pyloto_stream.stores.object_gcs_transfer import download, upload
from pyloto_stream.stores.objects import (
    NO_BUCKET,
    UNAVAILABLE,
    ObjectEntry,
    ObjectInfo,
    ObjectMissingError,
    Objects,
    check_link,
    check_path,
    check_prefix,
    is_path,
)

if TYPE_CHECKING:
    from google.cloud.storage import Blob  # type: ignore[import-untyped]

LIST_ITEMS = 500
TIMEOUT_S = 10.0


class BucketState(msgspec.Struct, frozen=True):
    """O que se soube de um balde; `None`: não se pôde ler."""

    missing: tuple[str, ...]
    kept_deleted_s: int | None
    versioned: bool | None


class GcsObjects(Objects):
    """Objetos de um balde; crie com `open_bucket`. `timeout_s`: prazo de cada ida à rede, em segundos."""

    def __init__(self, google: Google, bucket: str) -> None:
        self._google = google
        self._bucket = google.client.bucket(bucket)
        self._bucket_seen = False

    def __repr__(self) -> str:
        """Sem o nome do balde."""
        return "<GcsObjects>"

    @classmethod
    async def open_bucket(
        cls, bucket: str, *, emulator_host: str = "", timeout_s: float = TIMEOUT_S, iam_url: str = IAM_URL
    ) -> Self:
        """Prepara o cliente; a conexão só é feita no primeiro uso.

        Raises:
            MisconfiguredError: não há credenciais no ambiente.
        """
        return cls(await open_google(emulator_host, timeout_s, iam_url), bucket)

    async def put(
        self, path: str, chunks: AsyncIterator[bytes], content_type: str, *, create_only: bool = False
    ) -> bool:
        """Grava; o que cabe num bloco vai num só pedido, o resto numa sessão que só o último bloco fecha."""
        blob = self._blob(path)
        blob.cache_control = "private, no-store"
        kind = content_type or "application/octet-stream"
        try:
            await upload(self._google, blob, chunks, kind, create_only=create_only)
        except PermanentError as error:
            if error.code != EXISTS:
                raise
            return False
        self._bucket_seen = True
        return True

    @asynccontextmanager
    async def open(self, path: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Lê em blocos, todos da mesma geração."""
        blob = await self._found(path)
        if blob is None:
            raise ObjectMissingError
        yield download(self._google, blob)

    async def head(self, path: str) -> ObjectInfo | None:
        """Ver a porta."""
        blob = await self._found(path)
        return None if blob is None else ObjectInfo(blob.size, _ms(blob))

    async def delete(self, path: str, *, before_ms: int | None = None) -> bool:
        """Apaga o que se vê; o que o balde guarda do apagado é política dele (`state`)."""
        blob, only = self._blob(path), self._google.once
        if before_ms is not None:
            found = await self._found(path)
            if found is None or _ms(found) >= before_ms:
                return False
            only = {**only, "if_generation_match": found.generation}
        try:
            await self._google.call("", blob.delete, **only)
        except ObjectMissingError:
            await self._bucket_exists()
            return False
        except PermanentError as error:
            if error.code != EXISTS:
                raise
            return False  # regravado no meio
        return True

    async def list(self, prefix: str) -> AsyncIterator[ObjectEntry]:
        """Em páginas de `LIST_ITEMS`."""
        check_prefix(prefix)
        fields = "items(name,size,timeCreated),nextPageToken"
        pages = self._google.client.list_blobs(
            self._bucket, prefix=prefix, page_size=LIST_ITEMS, fields=fields, **self._google.once
        ).pages
        while (page := await self._google.call(NO_BUCKET, next, pages, None)) is not None:
            self._bucket_seen = True
            for blob in page:
                if is_path(blob.name):
                    yield ObjectEntry(blob.name, blob.size, _ms(blob))

    async def signed_url(self, path: str, ttl_s: int, *, filename: str = "") -> str:
        """Assinatura V4: com a chave que se tem, ou pelo IAM."""
        name = check_link(path, ttl_s, filename)
        if self._google.signer is None:
            raise MisconfiguredError("OBJECT_STORE: these Google credentials cannot sign object links")
        url: str = await self._google.call(
            UNAVAILABLE,
            self._bucket.blob(path).generate_signed_url,
            version="v4",
            expiration=timedelta(seconds=ttl_s),
            response_disposition=f'attachment; filename="{name}"',
            credentials=self._google.signer,
        )
        return url

    async def state(self, permissions: tuple[str, ...]) -> BucketState:
        """O que falta de `permissions`, e o que o balde guarda do que se apaga; nada é escrito.

        Raises:
            UnavailableError: não há tal balde (`object_bucket_missing`), ou ele não responde.
        """
        granted = await self._google.call(
            NO_BUCKET, self._bucket.test_iam_permissions, permissions, **self._google.once
        )
        missing = tuple(each for each in permissions if each not in granted)
        try:
            await self._google.call(NO_BUCKET, self._bucket.reload, **self._google.once)
        except UnavailableError:  # ler a configuração do balde é um papel à parte, que não se exige
            return BucketState(missing, None, None)
        kept_s = self._bucket.soft_delete_policy.retention_duration_seconds
        return BucketState(missing, kept_s or 0, bool(self._bucket.versioning_enabled))

    async def close(self) -> None:
        """Fecha as conexões; uma ida em curso termina sozinha, no prazo dela."""
        self._google.close()

    def _blob(self, path: str) -> "Blob":
        check_path(path)
        return self._bucket.blob(path)

    async def _found(self, path: str) -> "Blob | None":
        blob = self._blob(path)
        try:
            await self._google.call("", blob.reload, **self._google.once)
        except ObjectMissingError:
            await self._bucket_exists()
            return None
        self._bucket_seen = True
        return blob

    async def _bucket_exists(self) -> None:
        """Um 404 não diz se falta o objeto ou o balde; levanta se é o balde."""
        if not self._bucket_seen:
            pages = self._google.client.list_blobs(self._bucket, max_results=1, **self._google.once).pages
            await self._google.call(NO_BUCKET, next, pages, None)
            self._bucket_seen = True


def _ms(blob: "Blob") -> int:
    return int(blob.time_created.timestamp() * 1000)
