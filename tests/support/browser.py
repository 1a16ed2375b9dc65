"""Um Chromium de verdade, aberto uma vez por sessão de testes.

A fixture `browser` vale em todo teste; quem a pede abre abas com `async with screen(browser, url) as page`.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest_asyncio

from tests.support.servers import missing

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 30_000
"""Um teste que passa nunca espera tanto; uma máquina ocupada, às vezes."""

PHONE = (390, 844)
DESKTOP = (1280, 800)


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator["Browser"]:
    """O navegador da sessão; sem Chromium, o teste é pulado em voz alta (em CI, falha)."""
    found = shutil.which("chromium")
    if found is None:
        missing("chromium", "apt-get install chromium")
    from playwright.async_api import async_playwright, expect  # noqa: PLC0415 — só quem abre telas carrega

    expect.set_options(timeout=PATIENCE_MS)

    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield chromium
        await chromium.close()


@asynccontextmanager
async def screen(
    browser: "Browser",
    url: str,
    size: tuple[int, int] = PHONE,
    *,
    dark: bool = False,
    expected: tuple[str, ...] = (),
) -> AsyncIterator["Page"]:
    """Abre `url` numa aba só dela; no fim confere que a página não se queixou nem pediu nada de fora.

    `expected` são trechos de queixas que o teste provoca. Sem animação, para que a imagem seja sempre igual.
    """
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="pt-BR",
        timezone_id="America/Sao_Paulo",
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    complaints: list[str] = []
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    page.on("console", lambda line: complaints.append(f"{line.type}: {line.text}"))
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("request", lambda request: _outside(request.url, url, complaints))
    try:
        await page.goto(url)
        yield page
        assert [line for line in complaints if not any(part in line for part in expected)] == []
    finally:
        await context.close()


def _outside(asked: str, home: str, complaints: list[str]) -> None:
    parts = urlsplit(asked)
    if parts.scheme != "data" and parts.netloc != urlsplit(home).netloc:
        complaints.append(f"asked for {asked}")
