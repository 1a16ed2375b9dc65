"""O envio contra o que a conta tem: arquivos, modelos e formulários publicados."""

import msgspec
import pytest
import pytest_asyncio

from pyloto_stream.simulator import samples
from pyloto_stream.simulator.app import Simulator
from pyloto_stream.simulator.config import PublishedFlow
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.simulator.vault import WEBHOOK_LIFE_MS
from tests.support.local_meta import Hands, code
from tests.support.simulation import CONFIG

ANA = fictional(1)
Json = dict[str, object]


@pytest_asyncio.fixture
async def written(hands: Hands) -> Hands:
    """Ana já escreveu."""
    hands.simulator.person(ANA).say("Oi")
    return hands


def template(name: str, *components: Json, language: str = "pt_BR") -> Json:
    return {"name": name, "language": {"code": language}, "components": list(components)}


def body(*texts: str, **named: str) -> Json:
    parameters: list[Json] = [{"type": "text", "text": text} for text in texts]
    parameters += [{"type": "text", "parameter_name": name, "text": text} for name, text in named.items()]
    return {"type": "body", "parameters": parameters}


def header(text: str) -> Json:
    return {"type": "header", "parameters": [{"type": "text", "text": text}]}


def link(text: str = "a1", index: str = "1", sub_type: str = "url") -> Json:
    parameters = [{"type": "text", "text": text}]
    return {"type": "button", "sub_type": sub_type, "index": index, "parameters": parameters}


NOTICE = (header("42"), body("Ana", "15h"), link())
IMAGE: Json = {
    "type": "header",
    "parameters": [{"type": "image", "image": {"link": "https://example.com/a.png"}}],
}


class TestFiles:
    async def test_an_uploaded_file_goes(self, written: Hands) -> None:
        _, uploaded = await written.upload(samples.PNG, "image/png")
        assert (await written.send(ANA.wa_id, "image", {"id": uploaded["id"]}))[0] == 200
        assert (await written.send(ANA.wa_id, "document", {"id": uploaded["id"]}))[0] == 200

    async def test_an_unknown_or_expired_file_is_131009(self, written: Hands) -> None:
        assert code((await written.send(ANA.wa_id, "image", {"id": "1"}))[1]) == 131009
        stored = written.simulator.media.put(samples.PNG, "image/png")
        written.now_ms += WEBHOOK_LIFE_MS
        assert code((await written.send(ANA.wa_id, "image", {"id": stored.id}))[1]) == 131009

    async def test_a_file_of_another_kind_is_131053(self, written: Hands) -> None:
        stored = written.simulator.media.put(samples.PDF, "application/pdf")
        assert code((await written.send(ANA.wa_id, "image", {"id": stored.id}))[1]) == 131053
        assert code((await written.send(ANA.wa_id, "audio", {"id": stored.id}))[1]) == 131053


class TestTemplates:
    @pytest.mark.parametrize(
        "content",
        [
            template("retomar_contato"),
            template("aviso_de_entrega", *NOTICE),
            template("boas_vindas", body(first_name="Ana", city="Curitiba")),
            template("foto_do_comprovante", IMAGE),
        ],
        ids=lambda content: content["name"],
    )
    async def test_each_seed_can_be_sent_to_who_never_wrote(self, hands: Hands, content: Json) -> None:
        status, document = await hands.send(ANA.wa_id, "template", content)
        assert status == 200
        (accepted,) = msgspec.convert(document["messages"], list[Json])
        assert accepted["message_status"] == "accepted"

    @pytest.mark.parametrize(
        ("expected", "content"),
        [
            (132001, template("nao_existe")),
            (132001, template("retomar_contato", language="pt_PT")),
            (132015, template("promocao_antiga")),
            (132000, template("retomar_contato", body("Ana"))),
            (132000, template("aviso_de_entrega", header("42"), body("Ana"), link())),
            (132000, template("aviso_de_entrega", body("Ana", "15h"), link())),
            (132000, template("aviso_de_entrega", header("42"), body("Ana", "15h"))),
            (132012, template("aviso_de_entrega", header("42"), body(a="Ana", b="15h"), link())),
            (132012, template("aviso_de_entrega", header("42"), body("A", "B"), link(sub_type="flow"))),
            (132000, template("aviso_de_entrega", *NOTICE, link(index="5"))),
            (132012, template("aviso_de_entrega", *NOTICE, body("Ana", "15h"))),
            (132005, template("aviso_de_entrega", header("4" * 60), body("Ana", "15h"), link())),
            (132005, template("aviso_de_entrega", header("42"), body("Ana", "h" * 1024), link())),
            (132018, template("aviso_de_entrega", header("42"), body("Ana", " "), link())),
            (132018, template("aviso_de_entrega", header("42"), body("Ana\nB", "15h"), link())),
            (132018, template("aviso_de_entrega", header("42"), body("Ana     B", "15h"), link())),
            (132012, template("boas_vindas", body("Ana", "Curitiba"))),
            (132012, template("boas_vindas", body(first_name="Ana", town="Curitiba"))),
            (132012, template("foto_do_comprovante")),
            (132012, template("foto_do_comprovante", header("x"))),
        ],
    )
    async def test_what_does_not_fit_the_definition_is_refused(
        self, hands: Hands, expected: int, content: Json
    ) -> None:
        status, document = await hands.send(ANA.wa_id, "template", content)
        assert code(document) == expected
        assert status == (404 if expected == 132001 else 400)
        error = document["error"]
        assert isinstance(error, dict)
        assert error.pop("fbtrace_id")  # acaso em base64: pode dizer qualquer nome
        assert "Ana" not in str(document)

    async def test_a_template_disabled_for_good_is_132016(self, hands: Hands) -> None:
        hands.simulator.review("retomar_contato", "pt_BR", "DISABLED")
        assert code((await hands.send(ANA.wa_id, "template", template("retomar_contato")))[1]) == 132016

    async def test_a_new_template_may_be_held_to_see_its_quality(self, hands: Hands) -> None:
        found = hands.simulator.templates.find("retomar_contato", "pt_BR")
        assert found is not None
        found.held = True
        _, document = await hands.send(ANA.wa_id, "template", template("retomar_contato"))
        (accepted,) = msgspec.convert(document["messages"], list[Json])
        assert accepted["message_status"] == "held_for_quality_assessment"


class TestForms:
    async def test_only_a_published_form_can_be_sent(self, written: Hands) -> None:
        parameters = {"flow_message_version": "3", "flow_id": "77", "flow_cta": "Abrir"}
        action = {"name": "flow", "parameters": parameters}
        content = {"type": "flow", "body": {"text": "?"}, "action": action}
        assert (await written.send(ANA.wa_id, "interactive", content))[0] == 200
        config = msgspec.structs.replace(CONFIG, flows=(PublishedFlow("78", "cadastro", b"{}"),))
        other = Simulator(config)
        written.url = await other.start()
        other.person(ANA).say("Oi")
        assert code((await written.send(ANA.wa_id, "interactive", content))[1]) == 131009
        parameters["flow_id"] = "78"
        assert (await written.send(ANA.wa_id, "interactive", content))[0] == 200
        await other.stop()
