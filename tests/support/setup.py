"""A configuração de um comando de preparação que fala com a Meta local."""

from tests.support.simulation import APP_SECRET, CONFIG, TOKEN, VERIFY_TOKEN, World


def environ(world: World, **more: str) -> dict[str, str]:
    """O ambiente do comando; documentos num arquivo da pasta em que ele roda."""
    return {
        "WHATSAPP_API_BASE_URL": world.url,
        "WHATSAPP_ACCESS_TOKEN": TOKEN,
        "WHATSAPP_WEBHOOK_SECRET": f"{APP_SECRET},segredo-antigo",
        "WHATSAPP_VERIFY_TOKEN": VERIFY_TOKEN,
        "WHATSAPP_APP_ID": CONFIG.app_id,
        "SQLITE_PATH": "documents.sqlite3",
        **more,
    }
