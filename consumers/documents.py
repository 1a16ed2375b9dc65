"""Em que banco os processos e os comandos guardam documentos? No da configuração.

Separado das etapas para que um comando que só lê documentos não carregue o resto.
"""

from contextlib import AsyncExitStack

from pyloto_stream.settings import Settings
from pyloto_stream.stores.ports import Documents


async def open_documents(settings: Settings) -> Documents:
    """O banco de documentos da configuração; quem abre fecha.

    Raises:
        MisconfiguredError: o banco não pode ser usado assim.
        UnavailableError: ele não respondeu.
    """
    if settings.document_store == "firestore":
        from pyloto_stream.stores.firestore import FirestoreDocuments  # noqa: PLC0415 — só quem o usa

        return await FirestoreDocuments.open(settings.firestore_project_id)
    from pyloto_stream.stores.sqlite import SqliteDocuments  # noqa: PLC0415 — idem

    return await SqliteDocuments.open(settings.sqlite_path)


class SharedDocuments:
    """O banco de um processo: aberto por quem primeiro o pede, um só para todas as etapas.

    `resources` o fecha.
    """

    def __init__(self, settings: Settings, resources: AsyncExitStack) -> None:
        self._settings = settings
        self._resources = resources
        self._opened: Documents | None = None

    async def get(self) -> Documents:
        """O banco, aberto.

        Raises:
            MisconfiguredError: o banco não pode ser usado assim.
            UnavailableError: ele não respondeu.
        """
        if self._opened is None:
            self._opened = await open_documents(self._settings)
            self._resources.push_async_callback(self._opened.close)
        return self._opened
