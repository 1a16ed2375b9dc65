"""Como a Meta quer o envio de um modelo? O objeto da chave `template`, com um parâmetro por tipo.

Limite: não confere a forma (ver `validators_template.py`). Um parâmetro sem o valor do seu tipo sai sem ele.
"""

from pyloto_stream.whatsapp.messages_template import TemplateComponent, TemplateMessage, TemplateParameter
from pyloto_stream.whatsapp.payloads_parts import media, present


def template(message: TemplateMessage) -> dict[str, object]:
    """O valor da chave `template`."""
    content: dict[str, object] = {"name": message.name, "language": {"code": message.language}}
    if message.components:
        content["components"] = [_component(component) for component in message.components]
    return content


def _component(component: TemplateComponent) -> dict[str, object]:
    content: dict[str, object] = {"type": component.type, **present(sub_type=component.sub_type)}
    if component.index is not None:
        content["index"] = str(component.index)
    if component.parameters:
        content["parameters"] = [_parameter(parameter) for parameter in component.parameters]
    if component.cards:
        content["cards"] = [
            {"card_index": place, "components": [_component(part) for part in card.components]}
            for place, card in enumerate(component.cards)
        ]
    return content


def _parameter(parameter: TemplateParameter) -> dict[str, object]:
    fields: dict[str, object] = {"type": parameter.type, **present(parameter_name=parameter.name)}
    match parameter.type:
        case "text" | "payload" | "coupon_code":
            fields[parameter.type] = parameter.text
        case "date_time":
            fields["date_time"] = {"fallback_value": parameter.text}
        case "limited_time_offer":
            fields["limited_time_offer"] = {"expiration_time_ms": parameter.expires_at_ms}
        case _:
            fields.update(_object(parameter))
    return fields


def _object(parameter: TemplateParameter) -> dict[str, object]:
    if (file := parameter.media) is not None:
        return {parameter.type: media(file.id, file.link, filename=file.filename)}
    if (money := parameter.currency) is not None:
        amount = {"code": money.code, "amount_1000": money.amount_1000}
        return {"currency": {"fallback_value": money.fallback, **amount}}
    if (place := parameter.location) is not None:
        point = {"latitude": place.latitude, "longitude": place.longitude}
        return {"location": {**point, "name": place.name, "address": place.address}}
    if (product := parameter.product) is not None:
        ids = {"product_retailer_id": product.retailer_id, "catalog_id": product.catalog_id}
        return {"product": ids}
    if (flow := parameter.flow) is not None:
        data = {"flow_action_data": dict(flow.data)} if flow.data else {}
        return {"action": {"flow_token": flow.token, **data}}
    return {}
