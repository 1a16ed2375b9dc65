"""Como se oferece um formulário? Com o id publicado na Meta e um token que diz de quem ele é."""

from collections.abc import Mapping

from pyloto_stream.errors import PermanentError
from pyloto_stream.whatsapp.flows.tokens import FlowTokens
from pyloto_stream.whatsapp.messages import FlowMessage


class FlowSender:
    """Ofertas dos formulários de `ids` (nome e id na Meta); as telas vêm do nosso endpoint."""

    def __init__(self, ids: Mapping[str, str], tokens: FlowTokens) -> None:
        self._ids = dict(ids)
        self._tokens = tokens

    def message(
        self, *, form: str, body: str, cta: str, user_key: str, session_id: str, now_ms: int
    ) -> FlowMessage:
        """A oferta de `form` à conversa `user_key`, aberta por um botão `cta` (até 20 caracteres, sem emoji).

        Raises:
            PermanentError: code `invalid_message`; este formulário não está publicado (`FLOW_IDS`).
        """
        if form not in self._ids:
            raise PermanentError("this form is not published", code="invalid_message")
        token = self._tokens.make(form=form, user_key=user_key, session_id=session_id, now_ms=now_ms)
        return FlowMessage(body=body, flow_id=self._ids[form], cta=cta, token=token, action="data_exchange")
