"""A tela de conversa num Chromium de verdade, contra um bot que responde pela Graph local."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from pyloto_stream.simulator.app import Simulator
from pyloto_stream.simulator.people import Profile
from pyloto_stream.whatsapp.messages import TextMessage
from tests.support.browser import DESKTOP, screen
from tests.support.simulation import CONFIG, LINK, NUMBER, EchoBot, World

pytestmark = pytest.mark.browser

ANA = "5511900000001"
REFUSED = ("502",)
GONE = ("ERR_",)


@pytest.fixture
async def bot(world: World) -> EchoBot:
    """O bot de eco, ligado ao webhook."""
    return EchoBot(world)


@pytest.fixture
async def page(world: World, bot: EchoBot, browser: Browser) -> AsyncIterator[Page]:
    """A tela de Ana, num telefone."""
    async with screen(browser, world.url) as opened:
        yield opened


async def say(page: Page, text: str) -> None:
    await page.get_by_label("Escreva uma mensagem").fill(text)
    await page.keyboard.press("Enter")


def mine(page: Page) -> Locator:
    return page.locator(".msg.mine .bubble")


def theirs(page: Page) -> Locator:
    return page.locator(".msg:not(.mine) .bubble")


async def sheet(page: Page) -> Locator:
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    return dialog


class TestTalking:
    async def test_a_newcomer_sees_who_answers_and_how_to_start(self, page: Page) -> None:
        await expect(page.get_by_role("heading", name="Pyloto").first).to_be_visible()
        await expect(page.get_by_text("Você é Ana, cliente")).to_be_visible()
        await expect(page.get_by_text("+55 11 0000-0000")).to_be_visible()
        await expect(page.get_by_text("Nada sai desta máquina")).to_be_visible()
        await page.get_by_role("button", name="Quero ser entregador").click()
        await expect(mine(page)).to_contain_text("Quero ser entregador")
        await expect(theirs(page)).to_contain_text("Quero ser entregador")
        await expect(page.locator("#starters")).to_be_hidden()
        await expect(page.locator("#welcome")).to_be_hidden()

    async def test_typing_a_message_shows_bubble_ticks_typing_and_reply(
        self, page: Page, bot: EchoBot
    ) -> None:
        bot.free.clear()
        await say(page, "Oi!")
        await expect(mine(page)).to_contain_text("Oi!")
        await expect(page.locator(".mine .meta")).to_have_attribute("data-state", "read")
        await expect(page.locator(".mine .meta")).to_contain_text("lida")
        await expect(page.locator("#typing")).to_be_visible()
        await expect(page.get_by_role("status").first).to_have_text("digitando…")
        bot.free.set()
        await expect(theirs(page)).to_contain_text("Oi!")
        await expect(page.locator("#typing")).to_be_hidden()
        await expect(page.locator("#presence")).to_have_text("online")
        await expect(page.get_by_label("Escreva uma mensagem")).to_have_value("")

    async def test_ticks_tell_accepted_from_read(self, page: Page, world: World) -> None:
        world.webhook.bot = None
        await say(page, "Oi!")
        meta = page.locator(".mine .meta")
        await expect(meta).to_have_attribute("data-state", "delivered")
        await expect(meta).to_contain_text("entregue")
        await world.client.mark_read(NUMBER, world.webhook.messages[0].id, typing=False)
        await expect(meta).to_have_attribute("data-state", "read")

    async def test_a_button_is_tapped_and_comes_back_as_a_choice(self, page: Page, world: World) -> None:
        await say(page, "veículo")
        await page.get_by_role("button", name="Bicicleta").click()
        await expect(theirs(page).last).to_contain_text("Você escolheu bici")
        await expect(mine(page).last).to_contain_text("Bicicleta")
        assert world.webhook.messages[-1].content.kind == "choice"

    async def test_a_list_opens_a_sheet_and_a_row_is_chosen(self, page: Page) -> None:
        await say(page, "opções")
        await page.get_by_role("button", name="Ver opções").click()
        dialog = await sheet(page)
        await expect(dialog.get_by_role("heading", name="Ver opções")).to_be_visible()
        await expect(dialog.get_by_role("heading", name="Entregas")).to_be_visible()
        await expect(dialog.get_by_text("Um programa só seu")).to_be_visible()
        await dialog.get_by_role("button", name="Tenho uma loja").click()
        await expect(dialog).to_be_hidden()
        await expect(theirs(page).last).to_contain_text("Você escolheu loja")

    async def test_a_sheet_is_left_without_choosing(self, page: Page, world: World) -> None:
        await say(page, "opções")
        opener = page.get_by_role("button", name="Ver opções")
        for leave in ("close", "escape", "outside"):
            await opener.click()
            dialog = await sheet(page)
            if leave == "close":
                await dialog.get_by_role("button", name="Fechar").click()
            elif leave == "escape":
                await page.keyboard.press("Escape")
            else:
                await page.mouse.click(30, 30)
            await expect(dialog).to_be_hidden()
            await expect(opener).to_be_focused()
        assert len(world.webhook.messages) == 1

    async def test_an_address_opens_apart_and_safely(self, page: Page) -> None:
        await say(page, "endereço")
        link = page.get_by_role("link", name="Abrir o site")
        await expect(link).to_have_attribute("href", LINK.url)
        await expect(link).to_have_attribute("rel", "noopener noreferrer")
        await expect(link).to_have_attribute("target", "_blank")

    async def test_only_keys_are_needed(self, page: Page) -> None:
        keys = page.keyboard
        await expect(page.get_by_label("Escreva uma mensagem")).to_be_focused()
        await keys.type("opções")
        await keys.press("Enter")
        await expect(page.get_by_role("button", name="Ver opções")).to_be_visible()
        await keys.press("Shift+Tab")
        await expect(page.get_by_role("button", name="Ver opções")).to_be_focused()
        await keys.press("Enter")
        await expect(page.get_by_role("button", name="Sistema sob medida")).to_be_focused()
        await keys.press("Tab")
        await keys.press("Enter")
        await expect(theirs(page).last).to_contain_text("Você escolheu entregador")
        await expect(page.get_by_role("button", name="Ver opções")).to_be_focused()
        await keys.press("Tab")
        await expect(page.locator(".msg:last-child .more")).to_be_focused()
        await keys.press("Tab")
        await keys.type("linha um")
        await keys.press("Shift+Enter")
        await keys.type("linha dois")
        await keys.press("Tab")
        await expect(page.get_by_role("button", name="Anexar")).to_be_focused()
        await keys.press("Tab")
        await expect(page.get_by_role("button", name="Enviar")).to_be_focused()
        await keys.press("Enter")
        await expect(theirs(page).last).to_contain_text("linha um\nlinha dois", use_inner_text=True)

    async def test_what_is_written_before_the_screen_knows_who_writes_waits(
        self, page: Page, world: World
    ) -> None:
        asked, free = asyncio.Event(), asyncio.Event()

        async def hold(route: Route) -> None:
            asked.set()
            await free.wait()
            await route.continue_()

        await page.route("**/simulator/chats", hold)
        await page.reload()
        await asked.wait()
        await say(page, "cedo demais")
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Escreva uma mensagem")).to_have_value("cedo demais")
        free.set()
        await expect(theirs(page)).to_contain_text("cedo demais")
        await expect(page.get_by_label("Escreva uma mensagem")).to_have_value("")
        assert len(world.webhook.messages) == 1

    async def test_nothing_and_blanks_are_not_sent(self, page: Page, world: World) -> None:
        await say(page, "")
        await say(page, "   ")
        await say(page, " Oi ")
        await expect(theirs(page)).to_contain_text("Oi")
        assert [message.content.text for message in world.webhook.messages] == ["Oi"]


class TestTrust:
    @pytest.mark.parametrize(
        "text",
        [
            '<img src=x onerror="document.title=1">',
            "</li><script>document.title=1</script>",
            "&lt;b&gt; <b>x</b> & \" ' `",
            "javascript:document.title=1 [x](javascript:1)",
            "\u202eodnarebil\u202c fim",
            "שלום עולם, مرحبا بالعالم",
            "👩‍👩‍👧‍👦 🏳️‍🌈 🇧🇷 e\u0301",
        ],
    )
    async def test_a_message_is_shown_as_the_text_it_is(self, page: Page, text: str) -> None:
        await say(page, text)
        for bubble in (mine(page), theirs(page)):
            await expect(bubble).to_contain_text(text)
            assert await bubble.locator("img, script, b, a").count() == 0
        assert await page.title() == "Pyloto · conversa de teste"

    async def test_marks_of_whatsapp_and_addresses_are_drawn(self, page: Page) -> None:
        await say(page, "*forte* _fino_ ~não~ `x` 2*3*4 https://example.com/a?b=1. fim")
        bubble = theirs(page)
        await expect(bubble.locator("strong")).to_have_text("forte")
        await expect(bubble.locator("em")).to_have_text("fino")
        await expect(bubble.locator("s")).to_have_text("não")
        await expect(bubble.locator("code")).to_have_text("x")
        await expect(bubble.get_by_role("link")).to_have_attribute("href", "https://example.com/a?b=1")
        await expect(bubble).to_contain_text("2*3*4")

    async def test_a_right_to_left_paragraph_runs_right_to_left(self, page: Page) -> None:
        await say(page, "שלום עולם")
        await expect(theirs(page)).to_contain_text("שלום")
        assert await theirs(page).evaluate("node => getComputedStyle(node).unicodeBidi") == "plaintext"

    @pytest.mark.usefixtures("bot")
    @pytest.mark.parametrize(
        "name", ['<img src=x onerror="document.title=1">', "\u202eanA", "A" * 300, " ", "🛵"]
    )
    async def test_a_profile_name_is_only_text(self, world: World, browser: Browser, name: str) -> None:
        world.simulator.person(Profile("5511900000077", name))
        async with screen(browser, f"{world.url}/#5511900000077") as page:
            await say(page, "Oi")
            await expect(theirs(page)).to_contain_text("Oi")
            shown = name.strip() or "Sem nome"
            await expect(page.locator("#me-name")).to_have_text(shown)
            await page.locator("#people-button").click()
            row = (await sheet(page)).locator("[aria-current=true]")
            await expect(row.locator("b")).to_have_text(name.strip() or "5511900000077")
            assert await page.locator(".phone img, dialog img").count() == 2  # as marcas da empresa
            assert await page.title() == "Pyloto · conversa de teste"
            wide = "document.documentElement.scrollWidth > innerWidth"
            assert not await page.evaluate(wide)

    async def test_the_page_asks_for_nothing_outside_and_forbids_inline_code(
        self, page: Page, world: World
    ) -> None:
        answer = await page.request.get(world.url)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


class TestMemory:
    async def test_a_reload_keeps_the_conversation(self, page: Page) -> None:
        await say(page, "opções")
        await expect(page.get_by_role("button", name="Ver opções")).to_be_visible()
        before = await page.locator("#thread").inner_text()
        await page.reload()
        await expect(page.get_by_role("button", name="Ver opções")).to_be_visible()
        assert await page.locator("#thread").inner_text() == before
        await expect(page.locator(".mine .meta")).to_have_attribute("data-state", "read")
        await say(page, "continuo")
        await expect(theirs(page).last).to_contain_text("continuo")

    async def test_several_people_do_not_mix(self, page: Page, world: World, browser: Browser) -> None:
        async with screen(browser, f"{world.url}/#5511900000002") as other:
            await say(page, "sou a Ana")
            await say(other, "sou o Bruno")
            await expect(theirs(page)).to_have_count(1)
            await expect(theirs(other)).to_have_count(1)
            await expect(theirs(page)).to_contain_text("sou a Ana")
            await expect(theirs(other)).to_contain_text("sou o Bruno")
        await page.get_by_role("button", name=re.compile("Você é Ana")).click()
        dialog = await sheet(page)
        await expect(dialog.get_by_role("button", name=re.compile("Ana"))).to_contain_text("sou a Ana")
        await dialog.get_by_role("button", name=re.compile("Bruno")).click()
        await expect(theirs(page)).to_contain_text("sou o Bruno")
        await expect(page.locator(".msg")).to_have_count(2)
        assert page.url.endswith("#5511900000002")
        await page.get_by_role("button", name=re.compile("Você é Bruno")).click()
        await (await sheet(page)).get_by_role("button", name="Conversar como outra pessoa").click()
        await expect(page.get_by_text("Você é Elisa, cliente")).to_be_visible()
        await expect(page.locator(".msg")).to_have_count(0)

    @pytest.mark.parametrize("hash_", ["#%E0%A4%A", "#nada", "#5541999990000", "#/../x"])
    async def test_an_odd_address_opens_the_first_person(
        self, world: World, browser: Browser, hash_: str
    ) -> None:
        async with screen(browser, world.url + hash_) as page:
            await expect(page.locator("#me-name")).to_have_text("Ana")
            await expect(page.locator("#offline")).to_be_hidden()

    async def test_a_message_that_comes_while_reading_above_does_not_move_the_screen(
        self, page: Page, world: World
    ) -> None:
        await say(page, "linha\n" * 60)
        await expect(theirs(page)).to_be_visible()
        await page.locator("#scroll").evaluate("node => { node.scrollTop = 0; }")
        await world.send(TextMessage("cheguei depois"), ANA)
        jump = page.get_by_role("button", name="Ir para a última mensagem")
        await expect(jump).to_be_visible()
        assert await page.locator("#scroll").evaluate("node => node.scrollTop") == 0
        await jump.click()
        await expect(page.get_by_text("cheguei depois")).to_be_in_viewport()
        await expect(jump).to_be_hidden()


class TestTrouble:
    async def test_a_refused_webhook_says_why(self, world: World, browser: Browser) -> None:
        async with screen(browser, world.url, expected=REFUSED) as page:
            world.webhook.answers.extend([503] * CONFIG.pace.attempts)
            await say(page, "Oi")
            toast = page.locator("#toast")
            await expect(toast).to_contain_text("O ingress respondeu 503")
            await expect(page.locator(".mine .meta")).to_contain_text("não entregue")
            await toast.get_by_role("button", name="Fechar aviso").click()
            await expect(toast).to_be_hidden()
            await expect(page.get_by_label("Escreva uma mensagem")).to_be_focused()

    async def test_a_webhook_accepted_later_heals_the_screen(self, world: World, browser: Browser) -> None:
        async with screen(browser, world.url, expected=REFUSED) as page:
            world.webhook.answers.append(503)
            await say(page, "Oi")
            await expect(page.locator(".mine .meta")).to_contain_text("entregue")
            await expect(page.locator("#toast")).to_be_hidden()

    async def test_a_simulator_that_goes_and_comes_back_is_noticed_and_no_text_is_lost(
        self, world: World, browser: Browser
    ) -> None:
        async with screen(browser, world.url, expected=GONE) as page:
            await expect(page.locator("#presence")).to_have_text("online")
            await world.simulator.stop()
            await expect(page.get_by_text("Sem ligação com o simulador")).to_be_visible()
            await expect(page.locator("#presence")).to_have_text("reconectando…")
            await say(page, "não me perca")
            await expect(page.get_by_label("Escreva uma mensagem")).to_have_value("não me perca")
            await expect(page.locator("#toast")).to_contain_text("O simulador não respondeu")
            again = Simulator(CONFIG)
            await again.start(port=int(world.url.rsplit(":", 1)[1]))
            await expect(page.locator("#presence")).to_have_text("online")
            await expect(page.locator("#offline")).to_be_hidden()
            await page.goto("about:blank")
            await again.stop()


class TestPanel:
    @pytest.mark.usefixtures("bot")
    async def test_the_path_lights_up_step_by_step(self, world: World, browser: Browser) -> None:
        async with screen(browser, world.url, DESKTOP) as page:
            await expect(page.locator("#again")).to_be_disabled()
            await say(page, "Oi")
            for step, words in (
                ("webhook", r"texto · aceito em \d"),
                ("redis", "guardada"),
                ("stages", r"lida em \d"),
                ("graph", r"texto · resposta em \d"),
                ("status", "lida"),
            ):
                line = page.locator(f"[data-step={step}]")
                await expect(line).to_have_class("done")
                await expect(line.locator("output")).to_have_text(re.compile(words))

    @pytest.mark.usefixtures("bot")
    async def test_a_repeated_webhook_gives_no_second_reply(self, world: World, browser: Browser) -> None:
        async with screen(browser, world.url, DESKTOP) as page:
            await say(page, "Oi")
            await expect(theirs(page)).to_have_count(1)
            await page.get_by_role("button", name="Entregar de novo o último webhook").click()
            output = page.locator("[data-step=webhook] output")
            await expect(output).to_have_text(re.compile(r"repetido: aceito em \d+ ms"))
            bodies = [post.body for post in world.webhook.posts if b'"messages":[' in post.body]
            assert len(bodies) == 2
            assert len(set(bodies)) == 1
            await say(page, "fim")
            await expect(theirs(page)).to_have_count(2)
