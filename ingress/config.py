"""Com que a entrada trabalha? Valores simples, conferidos quando o processo inicia."""

from collections.abc import Callable

import msgspec

from pyloto_stream.errors import MisconfiguredError


class IngressConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Configuração da entrada. `repr` não mostra valores: quase todos são segredos.

    `require_signature` falso só existe para desenvolvimento. `rate_limit_per_minute` por endereço; 0 desliga.
    `verify_token` ou `admin_token` vazios não servem a ninguém: o que depende deles é recusado.
    `crowd`: corpos que entram juntos, no máximo (`gathering.py`); quantos grupos vão na mesma ida é de
    `streams/batch.py`.
    `detail`: o log está em DEBUG, e cada webhook aceito tem a sua linha.

    Raises:
        MisconfiguredError: sem segredo de webhook (com assinatura exigida), sem pimenta, ou limite negativo.
    """

    verify_token: str
    webhook_secrets: tuple[bytes, ...]
    pepper: bytes
    require_signature: bool = True
    rate_limit_per_minute: int = 0
    admin_token: str = ""
    crowd: int = 32
    detail: bool = True

    def __post_init__(self) -> None:
        """Confere tudo de uma vez."""
        problems = []
        if self.require_signature and not (self.webhook_secrets and all(self.webhook_secrets)):
            problems.append("WHATSAPP_WEBHOOK_SECRET: required, and none of its values may be empty")
        if not self.pepper:
            problems.append("PEPPER_SECRET: required")
        if self.rate_limit_per_minute < 0:
            problems.append("RATE_LIMIT_PER_MINUTE: must not be negative")
        if problems:
            raise MisconfiguredError(*problems)

    def __repr__(self) -> str:
        """Sem valores."""
        return "IngressConfig(...)"


Configured = Callable[[], IngressConfig]
"""A que vale agora: os segredos podem mudar enquanto o processo vive."""
