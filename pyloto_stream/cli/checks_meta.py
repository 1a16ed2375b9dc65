"""O que da Meta está pronto? Números e ritmos, o modelo de fora da janela, a chave dos formulários.

Promete: pergunta só à configuração e ao banco; a Meta não é chamada, e nada é escrito. Nenhum segredo.
"""

from pyloto_stream.cli.check import Check, reason
from pyloto_stream.cli.checks_places import seen
from pyloto_stream.errors import MisconfiguredError, PylotoError
from pyloto_stream.settings import DEFAULTS, Settings
from pyloto_stream.template import Template


async def meta_checks(settings: Settings) -> list[Check]:
    """As respostas; modelo e chave só se estão configurados."""
    return [
        _graph(settings),
        _numbers(settings),
        *([await _window_template(settings)] if settings.window_template else []),
        *([_flow_key(settings)] if settings.flow_private_key else []),
    ]


def _graph(settings: Settings) -> Check:
    where = f"{settings.whatsapp_api_base_url}/{settings.whatsapp_api_version} (not called)"
    if settings.whatsapp_access_token == DEFAULTS.whatsapp_access_token:
        return Check("graph", "warning", f"{where}: development token, Meta will refuse it")
    if not settings.whatsapp_app_id:
        lacking = "without WHATSAPP_APP_ID `token refresh` and `webhook subscribe` cannot work"
        return Check("graph", "ok", f"{where}; {lacking}")
    return Check("graph", "ok", where)


def _numbers(settings: Settings) -> Check:
    """Cada número nosso, o seu ritmo, e se tem token próprio."""
    paces, tokens = settings.paces(), settings.tokens()
    named = dict.fromkeys([settings.whatsapp_phone_number_id, *tokens, *filter(None, paces)])
    told = [
        f"{number} at {paces.get(number, paces['']):g}/s{' with its own token' if number in tokens else ''}"
        for number in named
    ]
    return Check("numbers", "ok", "; ".join(told))


async def _window_template(settings: Settings) -> Check:
    """O modelo que se envia fora da janela: guardado, aprovado e sem parâmetros?"""
    from consumers.documents import open_documents  # noqa: PLC0415 — só quem tem um modelo configurado
    from pyloto_stream.stores.templates import TemplateStore  # noqa: PLC0415

    name, _, language = settings.window_template.partition(":")
    if settings.document_store == "sqlite" and not seen(settings.sqlite_path):
        return _unsure("not in the store; run `templates sync`")
    try:
        documents = await open_documents(settings)
        try:
            known = await TemplateStore(documents).named(name)
        finally:
            await documents.close()
    except PylotoError as error:
        return _unsure(f"the store did not say ({reason(error)})")
    return _judged(next((each for each in known if each.language == language), None))


def _judged(template: Template | None) -> Check:
    if template is None:
        return _unsure("not in the store; run `templates sync`")
    if template.status != "APPROVED":
        return _unsure(f"is {template.status}: replies outside the window are dropped")
    if template.parameters:
        return _unsure("has parameters, which nobody fills: replies outside the window are dropped")
    return Check("window template", "ok", f"{template.name}:{template.language} is APPROVED")


def _unsure(detail: str) -> Check:
    return Check("window template", "warning", f"WINDOW_TEMPLATE: {detail}")


def _flow_key(settings: Settings) -> Check:
    from pyloto_stream.whatsapp.flows.keys import fingerprint, load_keys  # noqa: PLC0415 — só quem tem a chave

    try:
        keys = load_keys(settings.flow_key_pem(), settings.flow_private_key_passphrase.reveal().encode())
    except MisconfiguredError as error:
        return Check("flow key", "failed", str(error))
    shown = ", ".join(fingerprint(key)[:16] for key in keys)
    return Check("flow key", "ok", f"{len(keys)} key{'s' * (len(keys) > 1)}, newest first: {shown}")
