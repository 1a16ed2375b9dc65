"""O que a Meta conta sobre uma pessoa sem que ela escreva? Troca de número, ligação, preferências e ecos.

Formas das páginas "System messages", "calls", "user_preferences" e "smb_message_echoes" (2026).
`Signals`, `Acts` e `Person` são uma classe só para quem a usa, em três páginas: daí dois degraus de herança.
"""

from abc import ABC, abstractmethod
from secrets import token_hex
from typing import Literal

from msgspec.structs import replace

from pyloto_stream.simulator.delivery import Delivery
from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.line import Line
from pyloto_stream.simulator.profiles import Profile
from pyloto_stream.simulator.sent import new_wamid


class Signals(ABC):
    """Avisos sobre uma pessoa; cada um devolve a entrega do seu webhook."""

    def __init__(self, profile: Profile, line: Line) -> None:
        self.profile = profile
        self.last_inbound_ms: int | None = None
        self._line = line

    @abstractmethod
    def send_raw(self, message: Json, field: str = "messages") -> Delivery:
        """Manda `message` como item de `messages[]`; autor, id e hora são postos se faltam."""

    @abstractmethod
    def become(self, profile: Profile) -> None:
        """Passa a ser `profile`."""

    @abstractmethod
    def author_of(self, message_id: str) -> Json:
        """As chaves `from` de um `context`."""

    @abstractmethod
    def noted(self, note_id: str, text: str) -> None:
        """A tela mostra uma ligação."""

    @abstractmethod
    def heard_from_human(self, item: Json) -> None:
        """A tela mostra o que alguém da empresa escreveu."""

    def change_number(self, new_wa_id: str, new_user_id: str = "") -> Delivery:
        """Troca de telefone; o id de escopo também muda, se a pessoa tinha um. Daqui em diante é a nova."""
        old = self.profile
        system = {
            "type": "user_changed_number",
            "body": f"{old.name} changed the phone number",
            "wa_id": new_wa_id,
            "user_id": new_user_id,
            "previous_user_id": old.user_id,
        }
        content = {key: value for key, value in system.items() if value}
        return self._changed({"type": "system", "system": content}, new_wa_id, new_user_id)

    def change_user_id(self, new_user_id: str) -> Delivery:
        """Só o id de escopo muda, sem telefone à vista."""
        system = {
            "type": "user_changed_user_id",
            "body": "The user id changed",
            "user_id": new_user_id,
            "previous_user_id": self.profile.user_id,
        }
        return self._changed({"type": "system", "system": system}, self.profile.wa_id, new_user_id)

    def speak_on_standby(self, text: str) -> Delivery:
        """Escreve enquanto outro assistente da Meta tem a conversa: vem no campo `standby`."""
        return self.send_raw({"type": "text", "text": {"body": text}}, field="standby")

    def call(self, event: Literal["connect", "terminate"] = "connect") -> Delivery:
        """Liga (ou desliga); uma ligação também abre a janela de 24 h."""
        business = self._line.number.display_phone_number
        item: Json = {
            **self.profile.author(),
            "id": f"wacid.{token_hex(16)}",
            "to": business,
            "event": event,
            "direction": "USER_INITIATED",
            "timestamp": self._line.timestamp(),
        }
        if event == "connect":
            item["session"] = {"sdp_type": "offer", "sdp": "v=0\r\n"}
        else:
            item |= {"status": "COMPLETED", "start_time": self._line.timestamp(), "duration": 0}
        self.last_inbound_ms = self._line.clock()
        self.noted(str(item["id"]), "Ligação" if event == "connect" else "Ligação encerrada")
        return self._aside("calls", calls=[item])

    def prefer(self, value: Literal["stop", "resume", "signup"]) -> Delivery:
        """Aceita ou recusa mensagens de propaganda."""
        item: Json = {
            **self.profile.ids("wa_id", "user_id"),
            "detail": f"User requested to {value} marketing messages",
            "category": "marketing_messages",
            "value": value,
            "timestamp": self._line.clock() // 1000,
        }
        return self._aside("user_preferences", user_preferences=[item])

    def echo(self, text: str, field: str = "smb_message_echoes", wamid: str = "") -> Delivery:
        """Alguém da empresa escreveu à pessoa pelo aplicativo; a Meta nos mostra um eco."""
        item: Json = {
            "from": self._line.number.display_phone_number,
            **self.profile.ids("to", "to_user_id", "to_parent_user_id"),
            "id": wamid or new_wamid(),
            "timestamp": self._line.timestamp(),
            "type": "text",
            "text": {"body": text},
        }
        self.heard_from_human(item)
        return self._aside(field, message_echoes=[item])

    def _aside(self, field: str, **content: object) -> Delivery:
        contacts = [self.profile.contact()]
        return self._line.sender.send(self._line.number.value(contacts=contacts, **content), field)

    def _changed(self, message: Json, wa_id: str, user_id: str) -> Delivery:
        delivery = self.send_raw(message)
        self.become(replace(self.profile, wa_id=wa_id, user_id=user_id or self.profile.user_id))
        return delivery
