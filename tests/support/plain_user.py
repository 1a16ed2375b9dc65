"""O dono da máquina passa por toda permissão: para que uma valha, o teste é por um momento outra pessoa."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

NOBODY = 65_534


@contextmanager
def plain_user() -> Iterator[None]:
    """Sem poderes de root enquanto dura; nada muda se quem testa já não os tem."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
