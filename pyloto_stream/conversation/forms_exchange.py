"""Que tela segue, num formulário aberto? A cada tela, tudo o que já foi preenchido é examinado de novo.

Promete: pura e sem memória, logo o mesmo pedido tem a mesma resposta; um campo que não serve devolve a tela
dele, com o motivo em português; só chega ao fim o que está completo. O que uma tela já pediu viaja nos dados
da seguinte. Fonte: página "Data exchange" de Flows (`SUCCESS` encerra e devolve `params` à conversa).
"""

from collections.abc import Mapping

import msgspec

from pyloto_stream.conversation.flows import FIELDS
from pyloto_stream.conversation.forms import FORMS, Form, filled

SUCCESS = "SUCCESS"


class Exchange(msgspec.Struct, frozen=True):
    """Um pedido do aparelho; `token` já foi conferido por quem chama, e `data` é entrada de usuário."""

    action: str
    screen: str
    data: Mapping[str, object]
    token: str


class Answer(msgspec.Struct, frozen=True):
    """A tela a mostrar e seus dados, como a Meta os espera."""

    screen: str
    data: dict[str, object]


class FlowDataHandler:
    """As telas de `forms` (por nome)."""

    def __init__(self, forms: Mapping[str, Form] = FORMS) -> None:
        self._forms = forms

    def knows(self, form: str) -> bool:
        """Este formulário existe nesta versão?"""
        return form in self._forms

    def answer(self, form: str, asked: Exchange) -> Answer:
        """A próxima tela de `form`. Uma ação ou tela desconhecida recomeça o formulário.

        Raises:
            KeyError: `form` não existe.
        """
        found = self._forms[form]
        at = next((n for n, screen in enumerate(found.screens) if screen.id == asked.screen), None)
        if asked.action == "BACK":
            return _show(found, max(at - 1, 0) if at is not None else 0, asked.data)
        if asked.action != "data_exchange" or at is None:
            return _show(found, 0, {})
        for n, screen in enumerate(found.screens[: at + 1]):
            for name in screen.fields:
                if wrong(name, asked.data.get(name)):
                    return _show(found, n, asked.data, error=FIELDS[name].retry)
        if at + 1 < len(found.screens):
            return _show(found, at + 1, asked.data)
        values = {name: filled(name, asked.data.get(name)) for s in found.screens for name in s.fields}
        params = {"flow_token": asked.token, **values}
        return Answer(SUCCESS, {"extension_message_response": {"params": params}})


def wrong(name: str, raw: object) -> bool:
    """O campo não serve: falta e é essencial, ou veio e não se aproveita."""
    if filled(name, raw):
        return False
    return FIELDS[name].critical or raw not in (None, "", [])


def _show(form: Form, at: int, data: Mapping[str, object], error: str = "") -> Answer:
    """A tela `at`, com o que as anteriores já pediram (o modelo de dados dela os declara)."""
    before = (name for screen in form.screens[:at] for name in screen.fields)
    carried: dict[str, object] = {name: filled(name, data.get(name)) for name in before}
    return Answer(form.screens[at].id, {**carried, "error_message": error} if error else carried)
