"""Cada mensagem, de entrada ou de saída, tem um balão que diz o que ela é; nenhum fica vazio."""

import pytest

from pyloto_stream.simulator.bubble_reading import of_business, of_person
from pyloto_stream.simulator.bubbles import Bubble
from pyloto_stream.simulator.feed import Feed
from pyloto_stream.simulator.thread import Thread

Json = dict[str, object]


def person(kind: str, content: object, **more: object) -> Bubble:
    return of_person("w", 0, {"type": kind, kind: content, **more})


def sent(kind: str, content: object, **more: object) -> Bubble:
    return of_business("w", 0, {"type": kind, kind: content, **more})


def interactive(kind: str, **more: object) -> Bubble:
    return sent("interactive", {"type": kind, "body": {"text": "corpo"}, **more})


@pytest.mark.parametrize(
    ("bubble", "kind", "line"),
    [
        (person("text", {"body": "Oi"}), "text", "Oi"),
        (person("image", {"id": "1", "caption": "olha"}), "media", "olha"),
        (person("audio", {"id": "1", "voice": True}), "media", "Áudio"),
        (person("document", {"id": "1", "filename": "a.pdf"}), "media", "a.pdf"),
        (person("sticker", {"id": "1"}), "media", "Figurinha"),
        (person("location", {"latitude": 1, "longitude": 2}), "location", "Localização"),
        (person("contacts", [{"phones": [{"wa_id": "55"}]}]), "contacts", "Contato: Sem nome"),
        (person("button", {"payload": "x", "text": "Sim"}), "text", "Sim"),
        (person("order", {"product_items": [{}, {}]}), "order", "Pedido com 2 item(ns) do catálogo"),
        (
            person("interactive", {"type": "list_reply", "list_reply": {"id": "a", "title": "A"}}),
            "text",
            "A",
        ),
        (
            person("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": '{"a_b":["x","y"]}'}}),
            "form",
            "a b: x, y",
        ),
        (
            person("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "[1]"}}),
            "form",
            "Formulário enviado",
        ),
        (person("interactive", {"type": "call_permission_reply"}), "other", "call_permission_reply"),
        (
            person("system", {"type": "user_changed_number"}),
            "notice",
            "Você mudou de número. A Meta avisou a empresa.",
        ),
        (person("system", {"type": "novidade"}), "notice", "Aviso da Meta: novidade"),
        (person("unsupported", {"type": "gif"}), "other", "unsupported"),
        (person("text", 5), "other", "text"),
        (sent("text", {"body": "Oi"}), "text", "Oi"),
        (sent("video", {"link": "https://example.com/a.mp4"}), "media", "Vídeo"),
        (sent("template", {"name": "aviso"}), "template", ""),
        (sent("novo", {}), "other", "novo"),
        (interactive("flow", action={"parameters": {"flow_cta": "Abrir"}}), "flow", "corpo"),
        (interactive("location_request_message"), "ask_location", "corpo"),
        (interactive("cta_url", action={"parameters": {"url": "https://a.b"}}), "link", "corpo"),
        (interactive("carousel"), "other", "carousel"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_kind_has_its_bubble(bubble: Bubble, kind: str, line: str) -> None:
    assert (bubble.kind, bubble.summary()) == (kind, line)
    assert bubble.text or bubble.header or bubble.footer or bubble.media or bubble.place or bubble.cards


def test_a_header_picture_and_a_quote_are_part_of_an_offer() -> None:
    header = {"type": "image", "image": {"id": "77"}}
    context = {"message_id": "wamid.A"}
    bubble = of_business(
        "w",
        0,
        {
            "type": "interactive",
            "context": context,
            "interactive": {"type": "button", "body": {"text": "b"}, "header": header},
        },
    )
    assert bubble.media is not None
    assert bubble.media.url == "/simulator/files/77"
    assert bubble.quote is not None
    assert bubble.quote.id == "wamid.A"


def test_forwarded_is_told() -> None:
    assert person("text", {"body": "x"}, context={"frequently_forwarded": True}).forwarded


class TestThread:
    @pytest.fixture
    def thread(self) -> Thread:
        found = Thread(Feed())
        found.told("a", 1, {"type": "text", "text": {"body": "um"}})
        found.heard("b", 2, {"type": "text", "text": {"body": "dois"}, "context": {"message_id": "a"}})
        return found

    def test_both_sides_react_to_the_same_bubble(self, thread: Thread) -> None:
        thread.told("c", 3, {"type": "reaction", "reaction": {"message_id": "a", "emoji": "👍"}})
        thread.heard("d", 4, {"type": "reaction", "reaction": {"message_id": "a", "emoji": "❤️"}})
        assert (thread.bubbles[0].reactions.mine, thread.bubbles[0].reactions.theirs) == ("👍", "❤️")
        assert [bubble.id for bubble in thread.bubbles] == ["a", "b"]
        assert thread.bubble("c").id == "c"

    def test_reading_a_reaction_reads_what_came_before_it(self, thread: Thread) -> None:
        thread.told("c", 3, {"type": "reaction", "reaction": {"message_id": "b", "emoji": "👍"}})
        assert [bubble.id for bubble in thread.unread_up_to("c")] == ["a"]

    @pytest.mark.parametrize(
        "message",
        [
            {"type": "reaction", "reaction": {"message_id": "z", "emoji": "👍"}},
            {"type": "edit", "edit": {"original_message_id": "z", "message": {}}},
            {"type": "revoke", "revoke": {"original_message_id": "z"}},
        ],
        ids=lambda message: str(message["type"]),
    )
    def test_what_is_about_an_unknown_message_changes_nothing(self, thread: Thread, message: Json) -> None:
        thread.told("c", 3, message)
        assert [(bubble.text, bubble.edited, bubble.deleted) for bubble in thread.bubbles] == [
            ("um", False, False),
            ("dois", False, False),
        ]

    def test_a_quote_shows_who_and_what(self, thread: Thread) -> None:
        quote = thread.bubble("b").quote
        assert quote is not None
        assert (quote.mine, quote.text) == (True, "um")
        thread.told("e", 5, {"type": "text", "text": {"body": "x"}, "context": {"id": "fora"}})
        assert thread.bubble("e").quote is not None
        assert (thread.bubble("e").quote or quote).text == ""

    def test_a_failed_send_says_the_code(self, thread: Thread) -> None:
        screen = thread._feed.open()
        thread.fail("b", 131026)
        assert thread.bubble("b").code == 131026
        assert screen.get_nowait() is not None
