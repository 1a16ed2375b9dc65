"""De onde vêm os repositórios de objetos de um processo ou comando? Da configuração, num só lugar.

Promete: mídia e exportações podem estar em baldes diferentes, e numa pasta dividem a mesma, cada uma com o
seu prefixo. Limite: os links da pasta apontam para o endereço privado da entrada (`ADMIN_HOST:ADMIN_PORT`);
sem porta fixa não há links.
"""

from ipaddress import ip_address

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.settings import Settings
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.stores.object_links import ObjectLinks
from pyloto_stream.stores.objects import Objects


async def open_media_objects(settings: Settings) -> Objects:
    """Onde ficam os arquivos recebidos; quem abre fecha.

    Raises:
        MisconfiguredError: falta o SDK do Google (extra `gcp`) ou não há credenciais no ambiente.
        UnavailableError: a pasta não pode ser usada.
    """
    return await _open(settings, settings.gcs_bucket_media)


async def open_export_objects(settings: Settings) -> Objects:
    """Onde ficam as exportações e as âncoras da auditoria; quem abre fecha.

    Raises:
        MisconfiguredError: falta o SDK do Google (extra `gcp`) ou não há credenciais no ambiente.
        UnavailableError: a pasta não pode ser usada.
    """
    return await _open(settings, settings.gcs_bucket_export)


async def _open(settings: Settings, bucket: str) -> Objects:
    if settings.object_store == "folder":
        return await FolderObjects.open_folder(settings.object_folder, folder_links(settings))
    try:
        from pyloto_stream.stores.object_gcs import GcsObjects  # noqa: PLC0415 — só quem usa paga o SDK
    except ImportError:
        raise MisconfiguredError("OBJECT_STORE: gcs needs the extra `gcp`") from None
    return await GcsObjects.open_bucket(bucket, emulator_host=settings.storage_emulator_host)


def folder_links(settings: Settings) -> ObjectLinks | None:
    """Quem assina os links da pasta; `None` se o endereço privado não tem porta fixa."""
    if not settings.admin_port:
        return None
    return ObjectLinks(settings.data_key(), f"http://{_reachable(settings.admin_host)}:{settings.admin_port}")


def _reachable(host: str) -> str:
    """`host` num endereço: onde se escuta em todos, serve o laço local."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1"
    return f"[{address}]" if address.version == 6 else str(address)
