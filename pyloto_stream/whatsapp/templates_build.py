"""Como os valores de um envio viram os componentes da Meta? Na ordem do modelo, só o que tem variável.

Limite: não confere nada; quem chama passou por `validate_template_params`.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from pyloto_stream.template import Part, PartButton, Template
from pyloto_stream.whatsapp.messages_template import (
    FlowAction,
    ParameterType,
    TemplateComponent,
    TemplateMessage,
    TemplateParameter,
)
from pyloto_stream.whatsapp.templates_check import TemplateParams
from pyloto_stream.whatsapp.templates_read import variables


def template_message(template: Template, params: TemplateParams) -> TemplateMessage:
    """O envio de `template` com `params`."""
    return TemplateMessage(template.name, template.language, tuple(_components(template, params)))


def _components(template: Template, params: TemplateParams) -> Iterator[TemplateComponent]:
    named = template.parameter_format == "NAMED" or not _positional(template)
    if (header := template.part("HEADER")) and (given := _header(header, params, named=named)):
        yield TemplateComponent("header", parameters=given)
    if (body := template.part("BODY")) and (given := _texts(body.text, params.body, named=named)):
        yield TemplateComponent("body", parameters=given)
    if template.part("LIMITED_TIME_OFFER"):
        offer = TemplateParameter("limited_time_offer", expires_at_ms=params.expires_at_ms)
        yield TemplateComponent("limited_time_offer", parameters=(offer,))
    buttons = template.part("BUTTONS")
    for place, button in enumerate(buttons.buttons if buttons else ()):
        if place in params.buttons:
            yield _button(place, button, params)


def _positional(template: Template) -> bool:
    """Toda variável é um número? Modelos antigos não dizem o formato."""
    return all(name.rpartition(".")[2].isdecimal() for name in template.parameters)


def _header(part: Part, params: TemplateParams, *, named: bool) -> tuple[TemplateParameter, ...]:
    if params.media is not None:
        return (TemplateParameter(cast("ParameterType", params.media_kind), media=params.media),)
    if params.location is not None:
        return (TemplateParameter("location", location=params.location),)
    if params.product is not None:
        return (TemplateParameter("product", product=params.product),)
    return _texts(part.text, params.header, named=named)


def _texts(written: str, given: Mapping[str, str], *, named: bool) -> tuple[TemplateParameter, ...]:
    names = variables(written) if named else sorted(variables(written), key=int)
    return tuple(TemplateParameter("text", given[name], name if named else "") for name in names)


def _button(place: int, button: PartButton, params: TemplateParams) -> TemplateComponent:
    value = params.buttons[place]
    match button.type:
        case "QUICK_REPLY":
            given = TemplateParameter("payload", value)
            return TemplateComponent("button", "quick_reply", place, (given,))
        case "COPY_CODE":
            given = TemplateParameter("coupon_code", value)
            return TemplateComponent("button", "copy_code", place, (given,))
        case "FLOW":
            given = TemplateParameter("action", flow=FlowAction(value, params.flow_data))
            return TemplateComponent("button", "flow", place, (given,))
        case _:  # `URL` e `OTP`: a Meta quer os dois como endereço
            return TemplateComponent("button", "url", place, (TemplateParameter("text", value),))
