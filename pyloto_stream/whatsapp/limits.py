"""Quanto cabe em cada campo de uma mensagem da Meta? Um só lugar para todos os números.

Promete: cada limite diz de onde vem. Vale para a Graph v24.0 (`Cloud API`, `POST /{telefone}/messages`); onde
as páginas da Meta discordam, fica o menor. Limite: a Meta não diz se "caractere" é ponto de código ou unidade
UTF-16; contamos pontos de código (`len` do Python), logo um emoji composto vale por vários.
"""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

GRAPH_VERSION = "v24.0"
"""Versão da Graph cujas páginas foram lidas para este módulo (lançada em 8 out. 2025)."""

# --- Texto ("Text messages") -----------------------------------------------------------------------

TEXT_BODY = 4096
"""`text.body`: de 1 a 4096 caracteres."""

URL_SCHEMES = ("http://", "https://")
"""Só um endereço assim gera prévia (`text.preview_url`; apenas o primeiro do corpo) ou serve em `cta_url`."""

# --- Comuns às interativas ("Interactive messages") ------------------------------------------------

INTERACTIVE_BODY = 1024
"""`interactive.body.text` de botões e de `cta_url`."""

HEADER_TEXT = 60
"""`interactive.header.text`."""

FOOTER_TEXT = 60
"""`interactive.footer.text`."""

# --- Botões de resposta ("Interactive reply buttons messages") -------------------------------------

BUTTONS = 3
"""`action.buttons`: de 1 a 3."""

BUTTON_TITLE = 20
"""`reply.title`: não vazio e único na mensagem; emoji permitido, marcação não."""

BUTTON_ID = 256
"""`reply.id`: único na mensagem, sem espaço no início ou no fim."""

# --- Lista ("Interactive list messages") -----------------------------------------------------------

LIST_BODY = 1024
"""`interactive.body.text` de lista: a página diz 4096, a referência antiga 1024; fica o menor."""

LIST_BUTTON = 20
"""`action.button`, o rótulo que abre a lista."""

LIST_SECTIONS = 10
"""`action.sections`: de 1 a 10."""

LIST_ROWS = 10
"""Linhas somadas em **todas** as seções: de 1 a 10."""

SECTION_TITLE = 24
"""`sections[].title`: obrigatório se há mais de uma seção."""

ROW_ID = 200
"""`rows[].id`: único na mensagem."""

ROW_TITLE = 24
"""`rows[].title`."""

ROW_DESCRIPTION = 72
"""`rows[].description`, opcional."""

# --- Botão de endereço ("Interactive CTA URL button messages") -------------------------------------

CTA_LABEL = 20
"""`parameters.display_text`."""

CTA_URL = 2000
"""`parameters.url`: sem limite escrito nessa página; usamos o dos botões de endereço em modelos."""

# --- Formulário ("Sending a Flow") -----------------------------------------------------------------

FLOW_CTA = 20
"""`parameters.flow_cta`, sem emoji: a página diz 30, clientes de código aberto 20; fica o menor."""

# --- Endereço de entrega ("Address messages") ------------------------------------------------------

ADDRESS_COUNTRIES = frozenset({"IN"})
"""`parameters.country`: hoje só Índia."""

# --- Mídia ("Image/Video/Document messages", "Supported media types") ------------------------------

MEDIA_CAPTION = 1024
"""`image|video|document.caption`; áudio e figurinha não têm legenda."""


class MediaFormat(msgspec.Struct, frozen=True):
    """O que a Meta aceita de um tipo de arquivo: `mimes`, e até `max_bytes` bytes."""

    mimes: frozenset[str]
    max_bytes: int


_OFFICE = "application/vnd.openxmlformats-officedocument"
"""Prefixo dos documentos do Office."""

MEDIA_FORMATS: Mapping[str, MediaFormat] = MappingProxyType({
    "audio": MediaFormat(
        frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}), 16 * 1024**2
    ),
    "document": MediaFormat(
        frozenset({
            "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint", f"{_OFFICE}.wordprocessingml.document",
            f"{_OFFICE}.spreadsheetml.sheet", f"{_OFFICE}.presentationml.presentation",
        }),
        100 * 1024**2,
    ),
    "image": MediaFormat(frozenset({"image/jpeg", "image/png"}), 5 * 1024**2),
    "sticker": MediaFormat(frozenset({"image/webp"}), 500 * 1024),
    "video": MediaFormat(frozenset({"video/mp4", "video/3gpp"}), 16 * 1024**2),
})  # fmt: skip
"""Por tipo; KB e MB são potências de dois. OGG só com Opus de um canal; vídeo, H.264 com AAC."""

STATIC_STICKER_BYTES = 100 * 1024
"""Figurinha sem movimento; a animada pode ter 500 KB. Ambas de 512 × 512."""

# --- Localização e contatos ("Location messages", "Contacts messages") -----------------------------

LATITUDE = 90
"""`location.latitude`, em graus para cada lado do equador."""

LONGITUDE = 180
"""`location.longitude`, em graus para cada lado de Greenwich."""

CONTACTS = 257
"""`contacts`: de 1 a 257 cartões; a Meta recomenda bem menos."""

# --- Modelos ("Template components", "Sending templates") ------------------------------------------

TEMPLATE_NAME = 512
"""`template.name`: letras minúsculas, algarismos e `_`."""

TEMPLATE_BODY = 1024
"""Corpo já montado, logo também cada valor; há relato de 550 para algumas categorias (erro 2388040)."""

TEMPLATE_HEADER = 60
"""Cabeçalho de texto já montado, logo também o seu valor."""

TEMPLATE_BUTTONS = 10
"""Botões de um modelo; `index` vai de 0 a 9."""

TEMPLATE_URL_BUTTONS = 2
"""Botões de endereço por modelo."""

TEMPLATE_FLOW_BUTTONS = 1
"""Botões de formulário por modelo."""

TEMPLATE_COPY_CODE_BUTTONS = 1
"""Botões de copiar código por modelo."""

TEMPLATE_URL = 2000
"""Endereço de um botão já montado, logo também o final que se envia."""

TEMPLATE_PAYLOAD = 128
"""`payload` de resposta rápida: fontes dizem 128 ou 256; fica o menor."""

COUPON_CODE = 15
"""`coupon_code`: a página diz 15, outra mais nova 20; fica o menor."""

PARAMETER_SPACES = 3
"""Espaços seguidos num valor: umas fontes recusam 4, outras mais de 4; fica o menor."""

CAROUSEL_CARDS = 10
"""`carousel.cards`: no máximo."""

CAROUSEL_CARDS_LEAST = 2
"""`carousel.cards`: no mínimo."""

# --- Envelope ("Messages" e "Business-scoped user IDs") --------------------------------------------

OPAQUE_DATA = 512
"""`biz_opaque_callback_data`: volta nos status; sem dado pessoal, pois todo aplicativo inscrito o recebe."""

# --- Janela e ritmo ("Customer service windows", "Messaging limits and throughput", "Pair rate limits") ---

WINDOW_MINUTES = 24 * 60
"""Mensagem livre só até 24 h depois da última da pessoa; passado isso, só modelo aprovado (131047)."""

NUMBER_PER_SECOND = 80
"""Mensagens por segundo de um número, somadas as duas direções; 20 se divide o telefone com o aplicativo."""

NUMBER_PER_SECOND_UPGRADED = 1000
"""O mesmo, depois que a Meta promove o número por volume e qualidade."""

PAIR_INTERVAL_SECONDS = 6
"""Uma mensagem à mesma pessoa a cada 6 s, a longo prazo; acima disso, 131056."""

PAIR_BURST = 45
"""Mensagens à mesma pessoa de uma vez, a descontar do futuro: depois de `n`, espera de cerca de 6 × `n` s."""
