"""Quanto cabe em cada campo de uma mensagem da Meta? Um só lugar para todos os números.

Promete: cada limite diz de onde vem. Vale para a Graph v24.0 (`Cloud API`, `POST /{telefone}/messages`); onde
as páginas da Meta discordam, fica o menor. Limite: a Meta não diz se "caractere" é ponto de código ou unidade
UTF-16; contamos pontos de código (`len` do Python), logo um emoji composto vale por vários.
"""

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

# --- Mídia ("Image/Video/Document messages") -------------------------------------------------------

MEDIA_CAPTION = 1024
"""`image|video|document.caption`; áudio e figurinha não têm legenda."""

# --- Envelope ("Messages" e "Business-scoped user IDs") --------------------------------------------

OPAQUE_DATA = 512
"""`biz_opaque_callback_data`: volta nos status; sem dado pessoal, pois todo aplicativo inscrito o recebe."""
