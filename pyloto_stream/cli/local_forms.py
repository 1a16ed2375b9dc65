"""Os formulários de quem experimenta o sistema nesta máquina: chave, publicação na Meta local e endereço.

Promete: o mesmo caminho de uma conta de verdade; a chave pública vai à Meta local por uma chamada à Graph.
"""

import msgspec

from ingress.flows import FLOWS_PATH
from pyloto_stream.conversation.forms import FORMS
from pyloto_stream.settings import Settings
from pyloto_stream.settings_fields import Secret
from pyloto_stream.simulator.config import PublishedFlow
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.flows.keys import load_keys, new_key, public_pem
from pyloto_stream.whatsapp.flows.registration import KeyStatus, upload_key

_FIRST_ID = 400_000_000_000_001
LOCAL_IDS = {name: str(_FIRST_ID + at) for at, name in enumerate(FORMS)}


def with_forms(settings: Settings) -> Settings:
    """A mesma configuração com os três formulários publicados, e com uma chave se não havia."""
    ids = tuple(f"{name}:{flow_id}" for name, flow_id in LOCAL_IDS.items())
    key = settings.flow_private_key or Secret(new_key().decode())
    return msgspec.structs.replace(settings, flow_ids=ids, flow_private_key=key)


def published(ingress_url: str) -> tuple[PublishedFlow, ...]:
    """Os formulários como a Meta local os publica; as telas vêm da entrada em `ingress_url`."""
    return tuple(
        PublishedFlow(LOCAL_IDS[name], name, form.definition, ingress_url + FLOWS_PATH)
        for name, form in FORMS.items()
    )


async def register(settings: Settings) -> KeyStatus:
    """Dá à Meta local a chave pública.

    Raises:
        PylotoError: ela recusou ou não respondeu.
    """
    newest = load_keys(settings.flow_key_pem(), settings.flow_private_key_passphrase.reveal().encode())[0]
    graph = WhatsAppHttpClient(
        settings.whatsapp_api_base_url,
        settings.whatsapp_api_version,
        settings.whatsapp_access_token.reveal(),
        tokens=settings.tokens(),
    )
    try:
        return await upload_key(graph, settings.whatsapp_phone_number_id, public_pem(newest))
    finally:
        await graph.close()
