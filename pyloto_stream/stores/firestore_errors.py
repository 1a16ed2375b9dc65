"""O que quer dizer cada recusa do Firestore? Queda, permissão, índice que falta, conflito ou documento ruim.

Mensagens do Google citam caminhos, que podem conter ids de mensagem: nunca seguem adiante. Limite: onde um
conflito é possível, um banco que não existe parece um; quem conflita relê, e a leitura diz o que houve.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pyloto_stream.errors import PermanentError, UnavailableError
from pyloto_stream.stores.ports import ConflictError, Delete, Update, Write

if TYPE_CHECKING:
    from google.api_core.exceptions import GoogleAPICallError

REFUSED, UNAVAILABLE = "store_refused", "store_unavailable"
INDEX_MISSING = "store_index_missing"
"""Uma consulta precisa de um índice que não há, ou que ainda se constrói."""


@contextmanager
def reading() -> Iterator[None]:
    """Traduz as falhas de uma leitura, e as que toda chamada pode ter.

    Raises:
        UnavailableError: code `store_refused` ou `store_unavailable`.
    """
    from google.api_core.exceptions import GoogleAPICallError  # noqa: PLC0415 — só quem usa paga o SDK
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415 — idem

    try:
        yield
    except GoogleAPICallError as error:
        raise _outage(error) from None
    except GoogleAuthError as error:
        raise UnavailableError(f"document store failed ({type(error).__name__})", code=REFUSED) from None


@contextmanager
def querying() -> Iterator[None]:
    """Como `reading`, numa consulta.

    Raises:
        UnavailableError: também code `store_index_missing`.
    """
    from google.api_core.exceptions import FailedPrecondition  # noqa: PLC0415 — ver `reading`

    with reading():
        try:
            yield
        except FailedPrecondition:
            raise UnavailableError("a query needs an index that is not there", code=INDEX_MISSING) from None


@contextmanager
def writing(writes: Sequence[Write]) -> Iterator[None]:
    """Como `reading`, na gravação de `writes`.

    Raises:
        ConflictError: uma condição de `writes` não valeu.
        PermanentError: code `unstorable_document`.
    """
    from google.api_core import exceptions  # noqa: PLC0415 — ver `reading`

    refusals: tuple[type[Exception], ...] = (exceptions.AlreadyExists,)
    if any(_expects(write) for write in writes):
        refusals = (*refusals, exceptions.FailedPrecondition, exceptions.NotFound)
    with reading():
        try:
            yield
        except refusals:
            raise ConflictError from None
        except exceptions.InvalidArgument:
            raise PermanentError("document was refused by the store", code="unstorable_document") from None


def _expects(write: Write) -> bool:
    """Só se grava se o documento existe, ou é o que se leu."""
    return isinstance(write, Update) or (isinstance(write, Delete) and bool(write.version))


def _outage(error: "GoogleAPICallError") -> UnavailableError:
    from google.api_core import exceptions  # noqa: PLC0415 — ver `reading`

    refusals = (exceptions.ClientError,)
    busy = (exceptions.TooManyRequests, exceptions.Aborted, exceptions.Cancelled)
    refused = isinstance(error, refusals) and not isinstance(error, busy)
    return UnavailableError(
        f"document store failed ({type(error).__name__})", code=REFUSED if refused else UNAVAILABLE
    )
