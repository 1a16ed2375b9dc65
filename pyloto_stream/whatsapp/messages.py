"""Que mensagens sabemos enviar? Um valor tipado por tipo, ainda sem destinatário e sem o formato da Meta.

Promete: criar um valor nunca falha; `validators.py` diz se cabe na Meta e `payloads.py` o escreve. Campo
opcional vazio (`""`) quer dizer ausente. Limite: só o que o produto usa dentro da janela de 24 horas; modelos
(`template`) e mídia são de outros módulos.
"""

import msgspec


class TextMessage(msgspec.Struct, frozen=True):
    """Texto. `preview_url` pede a prévia do primeiro endereço do corpo."""

    body: str
    preview_url: bool = False


class Button(msgspec.Struct, frozen=True):
    """Botão de resposta: `id` volta como veio quando a pessoa toca."""

    id: str
    title: str


class ButtonsMessage(msgspec.Struct, frozen=True):
    """Corpo com 1 a 3 botões de resposta."""

    body: str
    buttons: tuple[Button, ...]
    header: str = ""
    footer: str = ""


class Row(msgspec.Struct, frozen=True):
    """Linha de lista: `id` volta como veio quando a pessoa escolhe."""

    id: str
    title: str
    description: str = ""


class Section(msgspec.Struct, frozen=True):
    """Grupo de linhas; `title` só pode faltar se a lista tem uma seção."""

    rows: tuple[Row, ...]
    title: str = ""


class ListMessage(msgspec.Struct, frozen=True):
    """Corpo com uma lista de opções que `button` abre."""

    body: str
    button: str
    sections: tuple[Section, ...]
    header: str = ""
    footer: str = ""


class CtaUrlMessage(msgspec.Struct, frozen=True):
    """Corpo com um botão que abre `url`; a Meta não avisa quando alguém toca."""

    body: str
    label: str
    url: str
    header: str = ""
    footer: str = ""


class ReadReceipt(msgspec.Struct, frozen=True):
    """Marca como lida a mensagem recebida `message_id` e as anteriores da conversa.

    `typing` mostra "digitando" por até 25 s ou até a próxima mensagem nossa; a Meta não o separa da leitura.
    """

    message_id: str
    typing: bool = False


InteractiveMessage = ButtonsMessage | ListMessage | CtaUrlMessage
Message = TextMessage | InteractiveMessage
