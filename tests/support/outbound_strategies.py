"""Mensagens sorteadas de todo tipo, na maioria boas: para achar onde duas leituras da Meta discordam."""

from hypothesis import strategies as st

from pyloto_stream.whatsapp.messages import (
    AddressMessage,
    AudioMessage,
    Button,
    ButtonsMessage,
    Contact,
    ContactEmail,
    ContactName,
    ContactOrg,
    ContactPhone,
    ContactsMessage,
    CtaUrlMessage,
    Currency,
    DocumentMessage,
    FlowAction,
    FlowMessage,
    ImageMessage,
    ListMessage,
    LocationMessage,
    LocationRequestMessage,
    MediaHeader,
    MediaMessage,
    Message,
    ReactionMessage,
    Row,
    Section,
    StickerMessage,
    TemplateComponent,
    TemplateMedia,
    TemplateMessage,
    TemplateParameter,
    TextMessage,
    VideoMessage,
)

WORDS = st.text(min_size=1, max_size=24)
MAYBE = st.text(max_size=24)
IDS = st.text(alphabet="abcXYZ019:_é😀", min_size=1, max_size=24)
LABELS = st.text(alphabet="abçÃ é\u0301-?", min_size=1, max_size=21)
NOTHING = st.just("")
LINKS = st.sampled_from(["https://example.com/a?b=c", "http://a.b", "HTTPS://A.B/é", "ftp://a", "https://"])
EMOJI = st.sampled_from(["", "👍", "👍🏽", "❤️", "🇧🇷", "1️⃣", "👩‍👩‍👧", "ok", "👍👍"])
DATA = st.dictionaries(MAYBE, st.none() | st.integers() | MAYBE, max_size=2)
DEGREES = st.floats(-181, 181)


def _file(kind: type[MediaMessage], **fields: st.SearchStrategy[object]) -> st.SearchStrategy[MediaMessage]:
    return st.one_of(st.builds(kind, id=IDS, **fields), st.builds(kind, link=LINKS, **fields))


HEADERS = st.one_of(
    NOTHING,
    MAYBE,
    st.builds(MediaHeader, st.sampled_from(["image", "video", "document"]), id=IDS),
    st.builds(MediaHeader, st.sampled_from(["image", "video", "document"]), link=LINKS),
)
ROWS = st.builds(Row, IDS, WORDS, MAYBE)
SECTIONS = st.builds(Section, st.lists(ROWS, max_size=4).map(tuple), MAYBE)
NAMES = st.builds(ContactName, WORDS, MAYBE, MAYBE)
CARDS = st.builds(
    Contact,
    NAMES,
    phones=st.lists(st.builds(ContactPhone, WORDS, MAYBE), max_size=2).map(tuple),
    emails=st.lists(st.builds(ContactEmail, WORDS), max_size=1).map(tuple),
    org=st.none() | st.builds(ContactOrg, MAYBE, MAYBE),
    birthday=st.sampled_from(["", "1990-02-28", "ontem"]),
)
LINES = st.one_of(
    st.builds(TemplateParameter, st.just("text"), WORDS),
    st.builds(TemplateParameter, st.just("date_time"), WORDS),
    st.builds(Currency, WORDS, st.just("BRL"), st.integers(0, 10**9)).map(
        lambda money: TemplateParameter("currency", currency=money)
    ),
)
PARTS = st.one_of(
    st.builds(TemplateComponent, st.just("body"), parameters=st.lists(LINES, max_size=3).map(tuple)),
    st.builds(TemplateMedia, id=IDS).map(
        lambda file: TemplateComponent("header", parameters=(TemplateParameter("video", media=file),))
    ),
    st.tuples(st.integers(0, 10), WORDS).map(
        lambda given: TemplateComponent("button", "url", given[0], (TemplateParameter("text", given[1]),))
    ),
    st.tuples(st.integers(0, 10), WORDS).map(
        lambda given: TemplateComponent(
            "button", "quick_reply", given[0], (TemplateParameter("payload", given[1]),)
        )
    ),
    st.tuples(st.integers(0, 10), IDS, DATA).map(
        lambda given: TemplateComponent(
            "button", "flow", given[0], (TemplateParameter("action", flow=FlowAction(given[1], given[2])),)
        )
    ),
)

MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(TextMessage, MAYBE, st.booleans()),
    _file(ImageMessage, caption=MAYBE),
    _file(VideoMessage, caption=MAYBE),
    _file(AudioMessage, voice=st.booleans()),
    _file(DocumentMessage, caption=MAYBE, filename=MAYBE),
    _file(StickerMessage),
    st.builds(LocationMessage, DEGREES, DEGREES, MAYBE, MAYBE),
    st.builds(ContactsMessage, st.lists(CARDS, max_size=3).map(tuple)),
    st.builds(ReactionMessage, IDS, EMOJI),
    st.builds(
        ButtonsMessage, WORDS, st.lists(st.builds(Button, IDS, LABELS), max_size=4).map(tuple), HEADERS, MAYBE
    ),
    st.builds(ListMessage, WORDS, LABELS, st.lists(SECTIONS, max_size=3).map(tuple), MAYBE, MAYBE),
    st.builds(CtaUrlMessage, WORDS, LABELS, LINKS, HEADERS, MAYBE),
    st.builds(FlowMessage, WORDS, IDS, LABELS, IDS, screen=IDS, data=DATA, header=HEADERS),
    st.builds(FlowMessage, WORDS, IDS, LABELS, IDS, st.just("data_exchange"), footer=MAYBE),
    st.builds(LocationRequestMessage, WORDS),
    st.builds(AddressMessage, WORDS, values=st.dictionaries(IDS, MAYBE, max_size=2), footer=MAYBE),
    st.builds(
        TemplateMessage,
        st.sampled_from(["lead", "Lead"]),
        st.sampled_from(["pt_BR", "en"]),
        st.lists(PARTS, max_size=3).map(tuple),
    ),
)
"""Uma mensagem de qualquer tipo."""
