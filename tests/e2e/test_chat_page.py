"""Um recém-chegado conversa com o robô de verdade pelo navegador, do "oi" à entrega com resumo.

Com `PYLOTO_SCREENSHOTS=1`, grava as imagens que o README mostra.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from pyloto_stream.cli.local import Local, local_system
from pyloto_stream.simulator.config import Pace
from tests.support.browser import DESKTOP, PHONE, screen
from tests.support.local import local_settings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

IMAGES = Path(__file__).parents[2] / "docs" / "images"


@pytest_asyncio.fixture
async def local(tmp_path: Path) -> AsyncIterator[Local]:
    async with local_system(local_settings(tmp_path), pace=Pace(50, 100, 150)) as local:
        yield local


async def say(page: Page, text: str) -> None:
    await page.get_by_label("Escreva uma mensagem").fill(text)
    await page.keyboard.press("Enter")


async def hears(page: Page, text: str) -> None:
    await expect(page.locator(".msg:not(.mine) .bubble").last).to_contain_text(text)


async def picture(page: Page, name: str, folder: Path) -> None:
    """A imagem da tela, sempre possível; guardada nos documentos só a pedido."""
    target = IMAGES if os.environ.get("PYLOTO_SCREENSHOTS") == "1" else folder
    await expect(page.locator("#typing")).to_be_hidden()
    await page.mouse.move(0, 0)
    shot = await page.screenshot(path=target / name)
    assert shot.startswith(b"\x89PNG")
    assert len(shot) > 20_000, "the picture is almost empty"


async def test_driver_sign_up_by_typing_tapping_and_choosing_on_a_phone(
    local: Local, browser: Browser, tmp_path: Path
) -> None:
    async with screen(browser, local.chat_url, PHONE) as page:
        await say(page, "oi, bom dia!")
        await hears(page, "Escolha uma opção")
        await page.get_by_role("button", name="Ver opções").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_text("Moto, bicicleta ou carro")).to_be_visible()
        await picture(page, "chat-options.png", tmp_path)
        await dialog.get_by_role("button", name="Quero ser entregador").click()
        await hears(page, "nome")
        await say(page, "me chamo Ana Souza")
        await hears(page, "cidade")
        await say(page, "londrina pr")
        await hears(page, "veículo")
        await page.get_by_role("button", name="Moto").click()
        await hears(page, "horários")
        await picture(page, "chat-phone.png", tmp_path)
        await say(page, "de noite e nos fins de semana")
        await hears(page, "Nome: Ana Souza")
        await hears(page, "Uma pessoa da nossa equipe continua")
        await expect(page.locator(".msg.mine .meta").last).to_have_attribute("data-state", "read")
    replies = [message.reply_id for message in local.simulator.sent]
    assert len(replies) == len(set(replies)) == 6


async def test_on_a_desktop_the_path_of_a_message_is_shown_beside_the_phone(
    local: Local, browser: Browser, tmp_path: Path
) -> None:
    async with screen(browser, local.chat_url, DESKTOP) as page:
        await say(page, "quero um sistema pra controlar os pedidos da minha loja, sou de Campinas SP")
        await hears(page, "?")
        await expect(page.locator("[data-step=status].done")).to_be_visible()
        await picture(page, "chat-desktop.png", tmp_path)


async def test_a_webhook_delivered_again_brings_no_second_reply(local: Local, browser: Browser) -> None:
    async with screen(browser, local.chat_url, DESKTOP) as page:
        await say(page, "oi")
        await hears(page, "Escolha uma opção")
        await page.locator("#again").click()
        await say(page, "quero falar com uma pessoa")
        await hears(page, "continua com você")
        await expect(page.locator(".msg:not(.mine) .bubble")).to_have_count(2)


async def choose(page: Page, what: str) -> None:
    """Faz `what` pela folha da pessoa."""
    await page.locator("#people-button").click()
    await page.get_by_role("button", name=what).click()
    await expect(page.locator("#people-sheet")).to_be_hidden()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_what_goes_wrong_can_be_played_too(
    local: Local, browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with screen(browser, local.chat_url, size) as page:
        await page.locator("#people-button").click()
        last = page.get_by_role("button", name="Perder a próxima resposta")
        await last.scroll_into_view_if_needed()
        await expect(last).to_be_in_viewport(ratio=0.95)
        await page.screenshot(path=tmp_path / "people.png")
        await last.click()
        await expect(page.locator("#toast")).to_contain_text("recusar a próxima resposta")
        await page.screenshot(path=tmp_path / "toast.png")
        await say(page, "oi")
        await hears(page, "Tivemos um problema técnico")
        await choose(page, "Mandar onze mensagens seguidas")
        await hears(page, "Recebemos muitas mensagens")
        await expect(page.locator(".msg.mine")).to_have_count(12)
        await page.screenshot(path=tmp_path / "flood.png")
