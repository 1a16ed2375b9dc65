"""O que uma pessoa pode fazer no WhatsApp? Cada gesto, com o JSON que a Meta poria no webhook.

Formas das páginas "Messages webhook reference" (2026), uma por tipo. Arquivos vão para o cofre da Meta local
e o webhook leva id, tipo, SHA-256 em base64 e um endereço de 5 minutos. Limite: avisos que não são mensagens
ficam em `signals.py`.
"""

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence

from pyloto_stream.simulator import samples
from pyloto_stream.simulator.delivery import Delivery
from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.line import Line
from pyloto_stream.simulator.node import dig
from pyloto_stream.simulator.profiles import Profile
from pyloto_stream.simulator.refusal import error_object
from pyloto_stream.simulator.sent import SentMessage
from pyloto_stream.simulator.signals import Signals
from pyloto_stream.simulator.vault import Stored

File = bytes | Stored
"""Os bytes de um arquivo, ou um que já está no cofre (os gerados, por exemplo)."""


class Acts(Signals):
    """Os gestos de uma pessoa; cada um devolve a entrega do seu webhook."""

    def __init__(self, profile: Profile, line: Line) -> None:
        super().__init__(profile, line)

    @abstractmethod
    def sent_to_me(self, wamid: str) -> SentMessage | None:
        """O envio da empresa com esse id, se foi a esta pessoa."""

    def say(self, text: str, quoting: str = "") -> Delivery:
        """Escreve `text`; `quoting` é o id da mensagem que cita."""
        return self._post("text", {"body": text}, quoting)

    def forward(self, text: str, *, often: bool = False) -> Delivery:
        """Encaminha um texto."""
        context = {"frequently_forwarded" if often else "forwarded": True}
        return self.send_raw({"context": context, "type": "text", "text": {"body": text}})

    def come_from_ad(self, text: str, headline: str = "Anúncio") -> Delivery:
        """Primeira mensagem de quem tocou num anúncio."""
        referral = {
            "source_url": "https://example.com/ad",
            "source_id": "600000000000001",
            "source_type": "ad",
            "headline": headline,
            "media_type": "image",
            "image_url": "https://example.com/ad.jpg",
            "ctwa_clid": "clid-0001",
        }
        return self.send_raw({"referral": referral, "type": "text", "text": {"body": text}})

    def voice(
        self, data: File = samples.OGG, mime: str = "audio/ogg; codecs=opus", quoting: str = ""
    ) -> Delivery:
        """Grava um áudio."""
        return self._post("audio", {**self._file(data, mime), "voice": True}, quoting)

    def audio(self, data: File = samples.OGG, mime: str = "audio/ogg", quoting: str = "") -> Delivery:
        """Manda um arquivo de áudio."""
        return self._post("audio", {**self._file(data, mime), "voice": False}, quoting)

    def photo(
        self, data: File = samples.JPEG, caption: str = "", mime: str = "image/jpeg", quoting: str = ""
    ) -> Delivery:
        """Manda uma foto."""
        return self._post("image", _captioned(caption, self._file(data, mime)), quoting)

    def video(
        self, data: File = samples.MP4, caption: str = "", mime: str = "video/mp4", quoting: str = ""
    ) -> Delivery:
        """Manda um vídeo."""
        return self._post("video", _captioned(caption, self._file(data, mime)), quoting)

    def document(
        self,
        data: File = samples.PDF,
        filename: str = "documento.pdf",
        caption: str = "",
        mime: str = "application/pdf",
        quoting: str = "",
    ) -> Delivery:
        """Manda um documento."""
        entry = {"filename": filename, **self._file(data, mime, filename)}
        return self._post("document", _captioned(caption, entry), quoting)

    def sticker(
        self,
        data: File = samples.WEBP,
        mime: str = "image/webp",
        quoting: str = "",
        *,
        animated: bool = False,
    ) -> Delivery:
        """Manda uma figurinha."""
        return self._post("sticker", {**self._file(data, mime), "animated": animated}, quoting)

    def location(
        self, latitude: float, longitude: float, name: str = "", address: str = "", quoting: str = ""
    ) -> Delivery:
        """Manda uma localização, em graus; `quoting` é o nosso pedido, se responde a um."""
        place: Json = {"latitude": latitude, "longitude": longitude, "name": name, "address": address}
        return self._post("location", {key: value for key, value in place.items() if value != ""}, quoting)

    def contact(self, name: str, phone: str, origin: str = "other") -> Delivery:
        """Manda um cartão de contato; `origin` `contact_request` responde a um pedido nosso."""
        card = {
            "name": {"formatted_name": name, "first_name": name},
            "phones": [{"phone": phone, "wa_id": phone.lstrip("+"), "type": "CELL"}],
            "origin": origin,
        }
        return self.send_raw({"type": "contacts", "contacts": [card]})

    def react(self, message_id: str, emoji: str) -> Delivery:
        """Reage a uma mensagem; emoji vazio tira a reação."""
        return self._post("reaction", {"message_id": message_id, **({"emoji": emoji} if emoji else {})})

    def edit(self, message_id: str, text: str) -> Delivery:
        """Corrige o texto de uma mensagem sua (números em coexistência)."""
        message = {"context": {"id": message_id}, "type": "text", "text": {"body": text}}
        return self._post("edit", {"original_message_id": message_id, "message": message})

    def revoke(self, message_id: str) -> Delivery:
        """Apaga uma mensagem sua para todos (números em coexistência)."""
        return self._post("revoke", {"original_message_id": message_id})

    def order(self, items: Sequence[tuple[str, int, float]], text: str = "") -> Delivery:
        """Faz um pedido do catálogo: `(produto, quantidade, preço em reais)`."""
        products = [
            {"product_retailer_id": item, "quantity": many, "item_price": price, "currency": "BRL"}
            for item, many, price in items
        ]
        order: Json = {"catalog_id": "700000000000001", "product_items": products}
        return self._post("order", {**order, **({"text": text} if text else {})})

    def unsupported(self, kind: str = "poll_creation", code: int = 131051) -> Delivery:
        """Manda algo que a Cloud API não entrega; `code` 131052: o arquivo não pôde ser baixado."""
        return self.send_raw(
            {"type": "unsupported", "errors": [error_object(code)], "unsupported": {"type": kind}}
        )

    def press(self, wamid: str, text: str, payload: str = "") -> Delivery:
        """Toca num botão de resposta rápida do modelo `wamid`; sem `payload`, vale o texto."""
        return self._post("button", {"payload": payload or text, "text": text}, wamid)

    def answer_form(self, wamid: str, fields: Mapping[str, object]) -> Delivery:
        """Conclui o formulário que a mensagem `wamid` abriu: `fields` com o token que foi nela.

        Raises:
            LookupError: `wamid` não é um formulário enviado a esta pessoa.
        """
        sent = self.sent_to_me(wamid)
        action = dig(sent.payload if sent else None, "interactive", "action")
        if dig(action, "name") != "flow":
            raise LookupError("no form was sent to this person by that message")
        token = dig(action, "parameters", "flow_token") or "unused"
        body = json.dumps({**fields, "flow_token": token}, ensure_ascii=False)
        reply = {"name": "flow", "body": "Sent", "response_json": body}
        return self._post("interactive", {"type": "nfm_reply", "nfm_reply": reply}, wamid)

    def _post(self, kind: str, content: Json, quoting: str = "") -> Delivery:
        context: Json = {"context": {**self.author_of(quoting), "id": quoting}} if quoting else {}
        return self.send_raw({**context, "type": kind, kind: content})

    def _file(self, data: File, mime: str, filename: str = "") -> Json:
        stored = data if isinstance(data, Stored) else self._line.media.put(data, mime, filename)
        return self._line.media.entry(stored)


def _captioned(caption: str, entry: Json) -> Json:
    return {"caption": caption, **entry} if caption else entry
