"""A tela com mensagens de todo tipo e formulários inteiros: o que mostra, se cabe, se se lê e se se toca."""

import msgspec
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from pyloto_stream.simulator.people import Person, Profile
from pyloto_stream.simulator.registry import fictional
from tests.simulator.test_page_look import fits, unreadable
from tests.support.browser import DESKTOP, PHONE, screen
from tests.support.form_endpoint import Endpoint, offer, private_pem, public_of
from tests.support.simulation import CONFIG, NUMBER, World
from tests.support.simulation import world as open_world

pytestmark = pytest.mark.browser

ANA = fictional(1)
FILLED = {
    "apelido": "Bia",
    "turno": "noite",
    "meio": "carro",
    "dias": ["seg", "qua"],
    "inicio": "2026-12-01",
    "aceite": True,
}


async def talked(world: World) -> Person:
    """Uma conversa com um pouco de tudo, nos dois sentidos."""
    ana = world.simulator.person(ANA)
    await ana.say("Oi").accepted()
    for act in (ana.photo, ana.voice, ana.video, ana.document, ana.sticker, ana.call, ana.unsupported):
        await act().accepted()
    await ana.location(-23.31, -51.16, "Praça", "Londrina PR").accepted()
    await ana.contact("Bia", "5511900000077").accepted()
    await ana.order([("camisa", 2, 10.5)]).accepted()
    await ana.echo("Aqui é a Júlia").accepted()
    await ana.react(ana.thread[0].id, "❤").accepted()
    await ana.forward("repassando").accepted()
    ana.talk.heard("f", ana.thread[-1].at_ms, {"type": "text", "text": {"body": "não chegou"}})
    ana.talk.fail("f", 131026)
    outside: dict[str, object] = {
        "type": "image",
        "image": {"link": "https://example.com/a.png", "caption": "de fora"},
    }
    ana.talk.heard("o", ana.thread[-1].at_ms, outside)
    return ana


def bubbles(page: Page, kind: str) -> Locator:
    return page.locator(f".msg[data-kind={kind}]")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_every_kind_is_named_readable_and_in_its_place(
    world: World,
    browser: Browser,
    size: tuple[int, int],
    dark: bool,  # noqa: FBT001 — parâmetro do pytest
) -> None:
    await talked(world)
    async with screen(browser, world.url, size, dark=dark) as page:
        await expect(page.locator(".msg").last).to_contain_text("de fora")
        assert await fits(page)
        assert await unreadable(page) == []
        for item in await page.locator(".msg .bubble").all():
            words = (await item.inner_text()).splitlines()
            assert len(words) > 1 or await item.locator("img, audio, video, .file").count(), words
        await expect(page.get_by_text("por uma pessoa")).to_be_visible()
        await expect(page.get_by_text("Encaminhada")).to_be_visible()
        await expect(page.get_by_text("não entregue · erro 131026")).to_be_visible()
        await expect(bubbles(page, "other")).to_contain_text("Mensagem do tipo “unsupported”")
        await expect(page.get_by_role("link", name="example.com")).to_have_attribute("target", "_blank")
        await page.get_by_role("button", name="Anexar").click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        assert await unreadable(page) == []
        await page.locator(".tile", has_text="Localização").click()
        assert await fits(page)
        assert await unreadable(page) == []


async def test_arrows_walk_over_the_messages_and_escape_leaves_a_reply(
    world: World, browser: Browser
) -> None:
    await talked(world)
    async with screen(browser, world.url) as page:
        await expect(page.locator(".msg").last).to_contain_text("de fora")
        assert await page.locator('.more[tabindex="0"]').count() == 1
        await page.locator('.more[tabindex="0"]').focus()
        await page.keyboard.press("ArrowUp")
        more = page.locator(".msg").nth(-2).locator(".more")
        await expect(more).to_be_focused()
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Responder", exact=True).click()
        await expect(page.locator("#about-reply")).to_contain_text("não chegou")
        await page.keyboard.press("Escape")
        await expect(page.locator("#about-reply")).to_be_hidden()
        for button in await page.locator(".phone button:visible").all():
            box = await button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 40


async def test_what_the_browser_cannot_play_is_still_named(world: World, browser: Browser) -> None:
    await world.simulator.person(ANA).video(b"nada disso").accepted()
    async with screen(browser, world.url) as page:
        await expect(page.locator(".msg .file")).to_contain_text("Vídeo")


async def test_a_refused_gesture_is_told_in_the_words_of_the_page(world: World, browser: Browser) -> None:
    ana = world.simulator.person(ANA)
    await ana.say("Oi").accepted()
    async with screen(browser, world.url, expected=("409",)) as page:
        await page.locator(".msg").hover()
        await page.get_by_role("button", name="Reagir, responder e mais").click()
        ana.thread[0].at_ms -= 3 * 24 * 60 * 60_000
        await page.get_by_role("button", name="Apagar para todos").click()
        await expect(page.locator("#toast")).to_contain_text("Já passou o prazo")


async def test_a_failure_of_the_whole_number_is_told(world: World, browser: Browser) -> None:
    zed = world.simulator.person(Profile("5511900000077", "Zé", statuses=("failed",)))
    await zed.say("Oi").accepted()
    async with screen(browser, f"{world.url}/#5511900000077") as page:
        await world.send(offer(flow_id="1"), "5511900000077")
        await expect(page.locator(".msg").last).to_contain_text("erro 131026")


async def fill(form: Locator) -> None:
    """As duas telas do Flow de teste, com tropeços pelo caminho."""
    await expect(form.get_by_role("heading", name="Olá, Ana")).to_be_visible()
    await expect(form.locator("strong")).to_have_text("formulário")
    await form.get_by_label("Apelido").fill("B")
    await form.get_by_role("button", name="Seguir").click()
    await expect(form.get_by_text("Escreva ao menos 3 caracteres.")).to_be_visible()
    await form.get_by_label("Apelido").fill("Bia")
    await form.get_by_role("button", name="Seguir").click()
    await expect(form.get_by_text("Oi, Bia")).to_be_visible()
    await form.get_by_role("button", name="Concluir").click()
    await expect(form.locator(".wrong:visible")).to_have_count(5)
    await form.get_by_label("Turno").select_option("Noite")
    await form.get_by_label("Carro").check()
    for day in ("Seg", "Ter", "Qua"):
        await form.get_by_label(day, exact=True).check()
    await form.get_by_label("Início").fill("2026-12-01")
    await form.get_by_label("Aceito os termos").check()
    await form.get_by_role("button", name="Concluir").click()
    await expect(form.get_by_text("Escolha no máximo 2 opções.")).to_be_visible()
    await form.get_by_label("Ter", exact=True).uncheck()


async def test_a_form_with_every_component_is_filled_refused_and_sent(
    behind: Endpoint, browser: Browser
) -> None:
    async with open_world(msgspec.structs.replace(CONFIG, flows=(behind.flow,))) as world:
        world.simulator.account.keys[NUMBER] = public_of(private_pem())
        await world.simulator.person(ANA).say("Oi").accepted()
        await world.send(offer("navigate"), ANA.wa_id)
        behind.answers.append({"screen": "DOIS", "data": {"apelido": "Bia", "error_message": "Dia cheio."}})
        behind.answers.append(
            {"screen": "SUCCESS", "data": {"extension_message_response": {"params": FILLED}}}
        )
        async with screen(browser, world.url) as page:
            await page.get_by_role("button", name="Abrir").click()
            form = page.locator("#form-sheet")
            await fill(form)
            await form.get_by_role("button", name="Concluir").click()
            await expect(form.get_by_role("alert")).to_have_text("Dia cheio.")
            await expect(form.get_by_label("Carro")).to_be_checked()
            assert await unreadable(page) == []
            await form.get_by_role("button", name="Concluir").click()
            await expect(form).to_be_hidden()
            await expect(bubbles(page, "form")).to_contain_text("Aceito os termos: sim")
        assert [one.data for one in behind.asked] == [FILLED, FILLED]


@pytest.mark.parametrize(
    ("status", "words", "closed"),
    [(427, "Este link venceu.", True), (500, "Algo deu errado. Tente mais tarde.", False)],
)
async def test_a_form_that_cannot_open_says_why(
    behind: Endpoint, browser: Browser, status: int, words: str, *, closed: bool
) -> None:
    async with open_world(msgspec.structs.replace(CONFIG, flows=(behind.flow,))) as world:
        world.simulator.account.keys[NUMBER] = public_of(private_pem())
        await world.simulator.person(ANA).say("Oi").accepted()
        await world.send(offer(), ANA.wa_id)
        behind.answers.append(status)
        async with screen(browser, world.url) as page:
            await page.get_by_role("button", name="Abrir").click()
            form = page.locator("#form-sheet")
            await expect(form).to_contain_text(words)
            await form.locator(".broken").get_by_role("button", name="Fechar").click()
            opener = bubbles(page, "flow").locator(".option")
            await expect(opener).to_have_text("Formulário encerrado" if closed else "Abrir")
            assert await opener.is_disabled() == closed
