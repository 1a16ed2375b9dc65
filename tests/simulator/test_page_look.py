"""A tela cabe, lê-se e é anunciada: medidas, contraste e nomes, em telefone e computador, claro e escuro."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.browser import DESKTOP, PHONE, screen
from tests.support.simulation import EchoBot, World

pytestmark = pytest.mark.browser

SMALL = (360, 740)
TABLET = (768, 1024)
SIZES = [SMALL, PHONE, TABLET, DESKTOP]
LONG = "Pneumoultramicroscopicossilicovulcanoconiótico" * 8
READABLE = 4.5
"""WCAG 2.2, critério 1.4.3, para texto comum."""

CONTRAST = r"""
async () => {
  await Promise.all(document.getAnimations().map((animation) => animation.finished));
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const over = (top, under) => ({
    r: top.r * top.a + under.r * (1 - top.a),
    g: top.g * top.a + under.g * (1 - top.a),
    b: top.b * top.a + under.b * (1 - top.a),
    a: 1,
  });
  const light = ({ r, g, b }) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [x, y, z] = [r, g, b].map((v) => linear(v / 255));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratio = (one, two) => {
    const [a, b] = [light(one), light(two)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    const node = walker.currentNode.parentElement;
    if (!text || !node.checkVisibility() || node.closest(".sr, noscript, script, svg")) continue;
    const chain = [];
    for (let at = node; at; at = at.parentElement) chain.unshift(getComputedStyle(at));
    let ground = { r: 255, g: 255, b: 255, a: 1 };
    let alpha = 1;
    for (const style of chain) {
      ground = over(parse(style.backgroundColor), ground);
      alpha *= Number(style.opacity);
    }
    const ink = parse(chain.at(-1).color);
    const shown = ratio(over({ ...ink, a: ink.a * alpha }, ground), ground);
    found.push([Math.round(shown * 100) / 100, text.slice(0, 40)]);
  }
  return found;
}
"""


async def say(page: Page, text: str) -> None:
    await page.get_by_label("Escreva uma mensagem").fill(text)
    await page.keyboard.press("Enter")


@asynccontextmanager
async def conversation(
    world: World, browser: Browser, size: tuple[int, int], *, dark: bool = False
) -> AsyncIterator[Page]:
    """Uma conversa com tudo o que a tela sabe desenhar."""
    EchoBot(world)
    async with screen(browser, world.url, size, dark=dark) as page:
        for number, text in enumerate(("opções", "veículo", "endereço", LONG, "*fim* https://example.com")):
            await say(page, text)
            await expect(page.locator(".msg:not(.mine)")).to_have_count(number + 1)
        yield page


async def unreadable(page: Page) -> list[list[object]]:
    return [line for line in await page.evaluate(CONTRAST) if line[0] < READABLE]


async def fits(page: Page) -> bool:
    return bool(
        await page.evaluate(
            """() => [document.documentElement, document.getElementById("scroll"),
                      ...document.querySelectorAll("dialog[open]")]
                     .every((node) => node.scrollWidth <= node.clientWidth)"""
        )
    )


@pytest.mark.parametrize("size", SIZES, ids=str)
class TestSizes:
    async def test_nothing_scrolls_sideways(
        self, world: World, browser: Browser, size: tuple[int, int]
    ) -> None:
        async with conversation(world, browser, size) as page:
            assert await fits(page)
            await page.get_by_role("button", name="Ver opções").click()
            await expect(page.get_by_role("dialog")).to_be_visible()
            assert await fits(page)
            await page.keyboard.press("Escape")
            await page.locator("#people-button").click()
            await expect(page.get_by_role("dialog")).to_be_visible()
            assert await fits(page)

    async def test_writing_and_header_stay_in_view(
        self, world: World, browser: Browser, size: tuple[int, int]
    ) -> None:
        async with conversation(world, browser, size) as page:
            for selector in (".top", "#text", ".send", ".msg:last-child .bubble"):
                await expect(page.locator(selector)).to_be_in_viewport(ratio=0.99)
            height = await page.evaluate("document.documentElement.scrollHeight")
            assert height <= size[1]

    async def test_the_start_fits_without_scrolling(
        self, world: World, browser: Browser, size: tuple[int, int]
    ) -> None:
        async with screen(browser, world.url, size) as page:
            for name in ("Oi!", "O que é a Pyloto?"):
                await expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=0.99)
            await expect(page.locator("#welcome")).to_be_in_viewport(ratio=0.99)

    async def test_what_is_touched_is_large_enough(
        self, world: World, browser: Browser, size: tuple[int, int]
    ) -> None:
        async with conversation(world, browser, size) as page:
            await page.locator("#people-button").click()
            await expect(page.get_by_role("dialog")).to_be_visible()
            for button in await page.locator(
                ".phone button:visible, .phone a.option, dialog[open] button"
            ).all():
                box = await button.bounding_box()
                assert box is not None
                assert min(box["width"], box["height"]) >= 40, await button.inner_text()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
class TestContrast:
    async def test_every_text_of_a_conversation_is_readable(
        self,
        world: World,
        browser: Browser,
        dark: bool,  # noqa: FBT001 — parâmetro do pytest
    ) -> None:
        async with conversation(world, browser, DESKTOP, dark=dark) as page:
            assert len(await page.evaluate(CONTRAST)) > 40
            assert await unreadable(page) == []
            await page.locator("body").evaluate("node => { node.style.background = 'var(--page-glow)'; }")
            assert await unreadable(page) == []  # também onde o fundo é mais forte
            await page.get_by_role("button", name="Ver opções").click()
            await expect(page.get_by_role("dialog")).to_be_visible()
            assert await unreadable(page) == []
            await page.keyboard.press("Escape")
            await page.locator("#people-button").click()
            await expect(page.get_by_role("dialog")).to_be_visible()
            assert await unreadable(page) == []

    async def test_the_start_and_the_troubles_are_readable(
        self,
        world: World,
        browser: Browser,
        dark: bool,  # noqa: FBT001 — parâmetro do pytest
    ) -> None:
        async with screen(browser, world.url, dark=dark, expected=("ERR_", "502")) as page:
            await expect(page.locator("#welcome")).to_be_visible()
            assert await unreadable(page) == []
            world.webhook.answers.extend([503] * 12)
            await say(page, "Oi")
            await expect(page.locator("#toast")).to_be_visible()
            await world.simulator.stop()
            await expect(page.locator("#offline")).to_be_visible()
            assert await unreadable(page) == []

    async def test_the_measure_itself_finds_faint_text(
        self,
        world: World,
        browser: Browser,
        dark: bool,  # noqa: FBT001 — parâmetro do pytest
    ) -> None:
        async with screen(browser, world.url, dark=dark) as page:
            await expect(page.locator("#welcome")).to_be_visible()
            await page.locator("#welcome").evaluate("node => { node.style.opacity = '.3'; }")
            assert len(await unreadable(page)) >= 3


class TestNames:
    async def test_every_control_has_a_name(self, world: World, browser: Browser) -> None:
        async with conversation(world, browser, DESKTOP) as page:
            controls = page.locator(
                "button:visible, a:visible, textarea, [role=region], [role=log], main, aside"
            )
            assert await controls.count() > 12
            for control in await controls.all():
                await expect(control).to_have_accessible_name(re.compile(r"\S"))

    async def test_the_page_reads_as_an_outline(self, world: World, browser: Browser) -> None:
        async with conversation(world, browser, DESKTOP) as page:
            assert await page.locator("html").get_attribute("lang") == "pt-BR"
            assert await page.locator("h1").count() == 1
            levels = await page.evaluate(
                "() => [...document.querySelectorAll('h1,h2,h3')].filter((n) => n.checkVisibility())"
                ".map((n) => Number(n.tagName[1]))"
            )
            assert levels[0] == 1
            assert all(after - before <= 1 for before, after in pairwise(levels))
            await expect(page.get_by_role("main")).to_have_count(1)
            log = page.get_by_role("log")
            await expect(log).to_have_attribute("aria-live", "polite")
            items = log.get_by_role("listitem")
            await expect(items.nth(1)).to_contain_text("Você: opções")
            await expect(items.nth(2)).to_contain_text("Atendimento: ")

    async def test_a_sheet_is_a_named_modal_that_holds_the_focus(
        self, world: World, browser: Browser
    ) -> None:
        async with conversation(world, browser, PHONE) as page:
            opener = page.get_by_role("button", name="Ver opções")
            await expect(opener).to_have_attribute("aria-haspopup", "dialog")
            await opener.click()
            await expect(page.get_by_role("dialog", name="Ver opções")).to_be_visible()
            for _ in range(8):
                await page.keyboard.press("Tab")
                assert await page.evaluate(
                    "() => document.activeElement === document.body"
                    " || document.activeElement.closest('dialog') !== null"
                )

    async def test_focus_is_always_visible(self, world: World, browser: Browser) -> None:
        async with screen(browser, world.url) as page:
            await expect(page.locator("#welcome")).to_be_visible()
            for _ in range(9):
                await page.keyboard.press("Tab")
                style = await page.evaluate(
                    "() => { const node = document.activeElement;"
                    " return [node.id, getComputedStyle(node).outlineStyle, node === document.body]; }"
                )
                assert style[1] == "solid" or style[0] == "text" or style[2]

    async def test_without_motion_nothing_moves(self, world: World, browser: Browser) -> None:
        async with conversation(world, browser, PHONE) as page:
            assert await page.evaluate(
                "() => document.getAnimations()"
                ".every((one) => one.effect.getComputedTiming().activeDuration < 10)"
            )
