"""Como a Meta quer uma mensagem interativa? O objeto da chave `interactive`, um por tipo de `action`.

Limite: não confere limites (ver `validators_interactive.py`).
"""

from pyloto_stream.whatsapp.messages_interactive import (
    AddressMessage,
    ButtonsMessage,
    CtaUrlMessage,
    FlowMessage,
    Header,
    InteractiveMessage,
    InteractiveType,
    ListMessage,
    LocationRequestMessage,
    Section,
)
from pyloto_stream.whatsapp.payloads_parts import media

FLOW_MESSAGE_VERSION = "3"
"""`flow_message_version`: a única que a Meta aceita ("Sending a Flow")."""


def interactive(message: InteractiveMessage) -> dict[str, object]:
    """O valor da chave `interactive`."""
    kind, action = _action(message)
    content: dict[str, object] = {"type": kind, "action": action, "body": {"text": message.body}}
    if isinstance(message, LocationRequestMessage):
        return content
    if message.header:
        content["header"] = _header(message.header)
    if message.footer:
        content["footer"] = {"text": message.footer}
    return content


def _header(header: Header) -> dict[str, object]:
    if isinstance(header, str):
        return {"type": "text", "text": header}
    return {"type": header.kind, header.kind: media(header.id, header.link, filename=header.filename)}


def _action(message: InteractiveMessage) -> tuple[InteractiveType, dict[str, object]]:
    match message:
        case ButtonsMessage():
            replies = [{"id": button.id, "title": button.title} for button in message.buttons]
            return "button", {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}
        case ListMessage():
            sections = [_section(section) for section in message.sections]
            return "list", {"button": message.button, "sections": sections}
        case CtaUrlMessage():
            return "cta_url", _named("cta_url", {"display_text": message.label, "url": message.url})
        case FlowMessage():
            return "flow", _named("flow", _flow(message))
        case LocationRequestMessage():
            return "location_request_message", {"name": "send_location"}
        case AddressMessage():
            return "address_message", _named("address_message", _address(message))


def _named(name: str, parameters: dict[str, object]) -> dict[str, object]:
    return {"name": name, "parameters": parameters}


def _section(section: Section) -> dict[str, object]:
    rows = []
    for row in section.rows:
        fields = {"id": row.id, "title": row.title}
        if row.description:
            fields["description"] = row.description
        rows.append(fields)
    return {"title": section.title, "rows": rows} if section.title else {"rows": rows}


def _flow(message: FlowMessage) -> dict[str, object]:
    parameters: dict[str, object] = {
        "flow_message_version": FLOW_MESSAGE_VERSION,
        "flow_id": message.flow_id,
        "flow_cta": message.cta,
        "flow_token": message.token,
        "flow_action": message.action,
        "mode": message.mode,
    }
    if message.screen:
        # `data` vazio é recusado; sem ele a tela abre sem dados
        data = {"data": dict(message.data)} if message.data else {}
        parameters["flow_action_payload"] = {"screen": message.screen, **data}
    return parameters


def _address(message: AddressMessage) -> dict[str, object]:
    parameters: dict[str, object] = {"country": message.country}
    if message.values:
        parameters["values"] = dict(message.values)
    if message.validation_errors:
        parameters["validation_errors"] = dict(message.validation_errors)
    if message.saved_addresses:
        saved = [{"id": address.id, "value": dict(address.value)} for address in message.saved_addresses]
        parameters["saved_addresses"] = saved
    return parameters
