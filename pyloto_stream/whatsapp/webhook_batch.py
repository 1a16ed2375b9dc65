"""Em que vira um corpo lido? Em poucas listas de valores, e nas partes ilegíveis, com os bytes e o motivo."""

import msgspec

from pyloto_stream.whatsapp.webhook_notices import Notice
from pyloto_stream.whatsapp.webhook_others import Call, Echo, Preference
from pyloto_stream.whatsapp.webhook_reasons import Reason
from pyloto_stream.whatsapp.webhook_updates import Message, Status


class Part(msgspec.Struct, frozen=True):
    """Um trecho que não se leu: o motivo e os bytes dele, exatamente como vieram.

    `before` e `after` são o envelope em volta: juntos formam um webhook só com este trecho. `scope` é o que,
    do envelope, diz de onde ele é em qualquer entrega: as vizinhas mudam quando a Meta agrupa de outro modo.
    """

    reason: Reason
    body: bytes
    before: bytes = b""
    after: bytes = b""
    scope: bytes = b""

    def webhook(self) -> bytes:
        """Webhook só com esta parte: lido de novo, dá a mesma parte, ou mais, se já a soubermos ler."""
        return self.before + self.body + self.after


class Batch(msgspec.Struct):
    """Tudo o que havia num corpo, cada lista na ordem de chegada.

    O que tem id e remetente mas traz algo desconhecido está na sua lista e também em `unreadable`.
    """

    messages: list[Message] = []
    statuses: list[Status] = []
    echoes: list[Echo] = []
    calls: list[Call] = []
    preferences: list[Preference] = []
    notices: list[Notice] = []
    unreadable: list[Part] = []

    @property
    def size(self) -> int:
        """Quantas partes ao todo."""
        updates = len(self.messages) + len(self.statuses) + len(self.echoes) + len(self.calls)
        return updates + len(self.preferences) + len(self.notices) + len(self.unreadable)
