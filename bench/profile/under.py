"""Um processo de produção sob o cProfile, que conta entre um SIGUSR1 e o seguinte.

`python -m bench.profile.under ARQUIVO PARTE`: `ingress`, ou as etapas de um trabalhador; grava ao parar.
Só se conta o que o laço chama: enquanto espera, o processo não está em função de Python. O relógio é o da
CPU da linha principal: o de parede contaria a vez dos outros processos, que calha em quem os acorda.
"""

import cProfile
import signal
import sys
import time
from itertools import count

from pyloto_stream.cli.services import ingress, worker


def main(path: str, part: str) -> None:
    """Trabalha até SIGTERM."""
    profile, asked = cProfile.Profile(time.thread_time), count()

    def turn(_number: int, _frame: object) -> None:
        if next(asked) % 2:
            profile.disable()
        else:
            profile.enable()

    signal.signal(signal.SIGUSR1, turn)
    try:
        if part == "ingress":
            ingress()
        else:
            worker(part)
    finally:
        profile.disable()
        profile.dump_stats(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
