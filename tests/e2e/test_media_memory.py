"""Memória constante enquanto arquivos grandes passam pela etapa `media` até a pasta de objetos.

Corre com 10 documentos de 90 MB; com 100, `MEDIA_FLOOD=100 python -m pytest tests/e2e/test_media_memory.py`.
"""

import os

import pytest

from tests.support.flood import flood

FILES = int(os.environ.get("MEDIA_FLOOD", "10"))
SIZE = 90_000_000
FLAT_KIB = 30 * 1024


@pytest.mark.timeout(120 + 12 * FILES)
async def test_i19_memory_stays_flat_while_documents_of_90_mb_pass_through() -> None:
    result = await flood(FILES, SIZE)
    assert result.stored == FILES
    assert result.grown_kib < FLAT_KIB, result
