"""Tudo o que se manda pelo WhatsApp, mandado pela tela ao sistema de verdade, em telefone e em computador.

Com `PYLOTO_SCREENSHOTS=1`, grava as imagens que o README mostra.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from pyloto_stream.cli.local import Local, local_system
from pyloto_stream.simulator.config import Pace
from tests.e2e.test_chat_page import hears, picture, say
from tests.support.browser import DESKTOP, PHONE, screen
from tests.support.local import local_settings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SIZES = [pytest.param(PHONE, id="phone"), pytest.param(DESKTOP, id="desktop")]


@pytest_asyncio.fixture
async def local(tmp_path: Path) -> AsyncIterator[Local]:
    async with local_system(local_settings(tmp_path), pace=Pace(50, 100, 150), forms=True) as local:
        yield local


def mine(page: Page) -> Locator:
    return page.locator(".msg.mine")


async def attach(page: Page, what: str) -> Locator:
    """Abre a folha de mandar `what`."""
    await page.get_by_role("button", name="Anexar").click()
    await page.locator(".tile", has_text=what).click()
    sheet = page.get_by_role("dialog", name=what)
    await expect(sheet).to_be_visible()
    return sheet


async def menu(page: Page, message: Locator, choice: str) -> None:
    """Faz `choice` com uma mensagem."""
    await message.hover()
    await message.get_by_role("button", name="Reagir, responder e mais").click()
    await page.get_by_role("dialog", name="Mensagem").get_by_role("button", name=choice).click()


async def delivered(page: Page, count: int) -> Locator:
    """A última mensagem da pessoa, já aceita pelo webhook."""
    await expect(mine(page)).to_have_count(count)
    last = mine(page).last
    await expect(last.locator(".meta")).to_have_attribute("data-state", re.compile("delivered|read"))
    return last


@pytest.mark.parametrize("size", SIZES)
async def test_every_kind_is_sent_from_the_page_and_shown(
    local: Local, browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with screen(browser, local.chat_url, size) as page:
        await say(page, "oi")
        await hears(page, "Escolha uma opção")
        await _files(page, tmp_path)
        await _cards(page)
        await _gestures(page)
        if size == PHONE:
            await page.locator("#scroll").evaluate("node => { node.scrollTop = node.scrollHeight; }")
            await picture(page, "chat-kinds.png", tmp_path)
        await _self(page)


async def _files(page: Page, folder: Path) -> None:
    sheet = await attach(page, "Nota de voz")
    await sheet.get_by_role("button", name="áudio de exemplo").click()
    await expect((await delivered(page, 2)).locator("audio")).to_have_attribute("aria-label", "Nota de voz")
    sheet = await attach(page, "Documento")
    pdf = folder / "nota.pdf"
    pdf.write_bytes(b"%PDF-1.4\n" + b"x" * 4_000)
    await sheet.locator("input[type=file]").set_input_files(pdf)
    await expect(sheet.get_by_text("nota.pdf")).to_be_visible()
    await sheet.get_by_role("button", name="Enviar").click()
    await expect((await delivered(page, 3)).locator(".file")).to_contain_text("nota.pdf")
    await expect(mine(page).last.locator(".file")).to_contain_text("PDF · 4 kB")
    sheet = await attach(page, "Figurinha")
    await sheet.get_by_role("button", name="Figurinha: sorriso").click()
    await expect((await delivered(page, 4)).get_by_role("img", name="Figurinha")).to_be_visible()
    sheet = await attach(page, "Foto ou vídeo")
    await sheet.get_by_label("Legenda").fill("a encomenda é esta")
    await sheet.get_by_role("button", name="Enviar").click()
    photo = (await delivered(page, 5)).get_by_role("img", name="Foto: a encomenda é esta")
    await expect(photo).to_be_visible()
    await expect(photo).to_have_js_property("naturalWidth", 720)


async def _cards(page: Page) -> None:
    sheet = await attach(page, "Localização")
    await sheet.get_by_label("Lugar").select_option("Largo do Rosário, Campinas SP")
    await sheet.get_by_role("button", name="Enviar").click()
    place = (await delivered(page, 6)).locator(".place")
    await expect(place).to_contain_text("Largo do Rosário")
    await expect(place).to_contain_text("-22.90560, -47.06080")
    sheet = await attach(page, "Contato")
    await sheet.get_by_label("Nome").fill("Bia Lima")
    await sheet.get_by_role("button", name="Enviar").click()
    await expect((await delivered(page, 7)).locator(".contact")).to_contain_text("Bia Lima")


async def _gestures(page: Page) -> None:
    bot = page.locator(".msg:not(.mine)").first
    await menu(page, bot, "Reagir com ❤️")
    await expect(bot.locator(".reactions")).to_contain_text("você reagiu com ❤️")
    await menu(page, bot, "Tirar a reação ❤️")
    await expect(bot.locator(".reactions")).to_have_count(0)
    await menu(page, mine(page).last, "Reagir com ❤️")
    await menu(page, bot, "Responder")
    await say(page, "sobre isto")
    reply = mine(page).nth(7)
    await expect(reply.locator(".quote")).to_contain_text("Atendimento")
    await menu(page, reply, "Corrigir")
    await say(page, "sobre isto aqui")
    await expect(reply).to_contain_text("sobre isto aqui")
    await expect(reply.locator(".meta")).to_contain_text("editada")
    await menu(page, reply, "Apagar para todos")
    await expect(reply).to_contain_text("Você apagou esta mensagem")


async def _self(page: Page) -> None:
    await page.get_by_role("button", name="Ligar para a empresa").click()
    await expect(page.locator(".note")).to_contain_text("Ligação")
    await page.locator("#people-button").click()
    await page.get_by_role("button", name="Responder como a empresa").click()
    await page.get_by_role("dialog").get_by_role("button", name="Responder", exact=True).click()
    await expect(page.locator(".msg:not(.mine)").last).to_contain_text("por uma pessoa")
    await page.locator("#people-button").click()
    await page.get_by_role("button", name="Mudei de número").click()
    await expect(page.locator(".note").last).to_contain_text("Você mudou de número")
    await page.locator("#people-button").click()
    await page.get_by_role("button", name="Conversar sem mostrar o telefone").click()
    await expect(page.locator("#welcome")).to_be_visible()
    await say(page, "oi")
    await hears(page, "Escolha uma opção")


@pytest.mark.parametrize("size", SIZES)
async def test_a_form_is_opened_filled_and_understood(
    local: Local, browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with screen(browser, local.chat_url, size) as page:
        await say(page, "quero ser entregador")
        await page.locator(".msg[data-kind=flow]").get_by_role("button", name="formulário").click()
        form = page.locator("#form-sheet")
        await expect(form.get_by_role("heading", name="Quero ser entregador")).to_be_visible()
        await form.get_by_role("button", name="Continuar").click()
        await expect(form.get_by_text("Preencha este campo.")).to_be_visible()
        await expect(form.get_by_label("Seu nome")).to_be_focused()
        await form.get_by_label("Seu nome").fill("Ana Souza")
        await page.keyboard.press("Enter")
        await form.get_by_label("Bicicleta").check()
        await form.get_by_role("button", name="Continuar").click()
        await form.get_by_label("Cidade e estado").fill("Londrina PR")
        await form.get_by_label("Noite").check()
        await form.get_by_label("Fim de semana").check()
        if size == PHONE:
            await picture(page, "chat-form.png", tmp_path)
        await form.get_by_role("button", name="Voltar").click()
        await expect(form.get_by_label("Bicicleta")).to_be_checked()
        await form.get_by_label("Moto").check()
        await form.get_by_role("button", name="Continuar").click()
        await expect(form.get_by_label("Noite")).to_be_checked()
        await form.get_by_label("Cidade e estado").fill("x")
        send = form.get_by_role("button", name="Enviar cadastro")
        await send.click()
        await expect(form.get_by_role("alert")).to_contain_text("Não reconheci a cidade")
        await expect(send).to_be_in_viewport(ratio=1)
        await form.get_by_label("Cidade e estado").fill("Londrina PR")
        await send.click()
        await expect(form).to_be_hidden()
        await expect(page.locator(".msg.mine").last).to_contain_text("Horários: Noite, Fim de semana")
        await hears(page, "Veículo: Moto")
