"""Por que um arquivo recebido não pôde ser guardado, para sempre? Uma classe por motivo.

São as recusas de que a pessoa precisa saber; o que é da rede ou da conta são as de `graph_errors.py`.
"""

from pyloto_stream.errors import PermanentError


class MediaRefusedError(PermanentError):
    """O que as recusas têm em comum: repetir não ajuda, só um novo envio da pessoa."""

    code = "media_refused"


class MediaGoneError(MediaRefusedError):
    """A Meta já não tem o arquivo: o id venceu (7 dias) ou foi apagado."""

    code = "media_gone"


class MediaTooLargeError(MediaRefusedError):
    """Passa do nosso limite, diga o que disser o tamanho declarado."""

    code = "media_too_large"


class MediaHashError(MediaRefusedError):
    """Duas vezes veio um conteúdo cujo SHA-256 não é o declarado."""

    code = "media_hash_mismatch"


class MediaTypeError(MediaRefusedError):
    """O conteúdo não é do tipo que a mensagem diz, ou é de um tipo que não se guarda (um programa)."""

    code = "media_type_refused"
