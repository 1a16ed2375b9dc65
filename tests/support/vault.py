"""Um Secret Manager de laço local com tudo o que um processo em desenvolvimento exige, e como lê-lo."""

import base64

from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.secret_settings import Place, look, secret_name, settled
from pyloto_stream.settings import Settings
from tests.support.secret_manager import PROJECT, SecretManagerServer

WEBHOOK, TOKEN, PEPPER = "WHATSAPP_WEBHOOK_SECRET", "WHATSAPP_ACCESS_TOKEN", "PEPPER_SECRET"
EVERY_S = 0.02
VALUES = {
    "WHATSAPP_VERIFY_TOKEN": "planted-verify-token-1",
    WEBHOOK: "planted-webhook-secret-1",
    TOKEN: "planted-access-token-1",
    PEPPER: "planted-pepper-0123456789-0123456789",
    "DATA_ENCRYPTION_KEY": base64.b64encode(b"planted-key-of-thirty-two-bytes!").decode(),
}
"""Uma versão de cada segredo obrigatório."""


class Vault:
    """O cofre visto por quem o opera: variável em vez de nome."""

    def __init__(self, server: SecretManagerServer) -> None:
        self.server = server
        for name, value in VALUES.items():
            self.add(name, value)

    def add(self, name: str, value: str | bytes) -> None:
        """Mais uma versão, ligada."""
        raw = value.encode() if isinstance(value, str) else value
        self.server.secrets.setdefault(secret_name(name), []).append((raw, True))

    def disable(self, name: str, version: int) -> None:
        """Desliga a versão `version` (a primeira é a 1)."""
        versions = self.server.secrets[secret_name(name)]
        versions[version - 1] = (versions[version - 1][0], False)

    def remove(self, name: str) -> None:
        """O segredo deixa de existir."""
        del self.server.secrets[secret_name(name)]

    def environ(self, **more: str) -> dict[str, str]:
        """O ambiente de um processo que lê daqui."""
        return {
            "SECRETS_BACKEND": "gcp",
            "FIRESTORE_PROJECT_ID": PROJECT,
            "SECRET_MANAGER_EMULATOR_HOST": self.server.host,
            **more,
        }

    async def settings(self, **more: str) -> Settings:
        """A configuração de um processo que começa agora."""
        environ = self.environ(**more)
        return settled(environ, await look(environ, Place(PROJECT, self.server.host)))

    async def live(self, **more: str) -> LiveSettings:
        """A mesma, relida a cada `EVERY_S`."""
        return LiveSettings(await self.settings(**more), self.environ(**more), EVERY_S)
