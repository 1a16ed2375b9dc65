"""Como iniciar um processo nosso em milésimos? Bifurcando um que já importou tudo.

Lê pedidos (`Order`) da entrada padrão e escreve notícias (`Notice`) na saída: começou, parou (SIGSTOP), saiu.
Os filhos morrem com ele (SIGKILL, que também alcança um congelado), e ele com quem o iniciou.
"""

import ctypes
import gc
import os
import selectors
import signal
import sys
from typing import NoReturn

import msgspec

from tests.faults.harness.child import main
from tests.faults.harness.orders import Notice, Order

_PR_SET_PDEATHSIG = 1
_orders = msgspec.json.Decoder(Order)
_encode = msgspec.json.Encoder().encode


def serve() -> None:
    """Até a entrada padrão fechar."""
    gc.collect()
    gc.freeze()  # o que já existe não será tocado pelo coletor dos filhos: as páginas seguem partilhadas
    numbers: dict[int, int] = {}
    wake, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    ready = selectors.DefaultSelector()
    ready.register(wake, selectors.EVENT_READ)
    ready.register(0, selectors.EVENT_READ)
    buffer = b""
    while True:
        for key, _ in ready.select():
            if key.fd == wake:
                os.read(wake, 4096)
                continue
            chunk = os.read(0, 1 << 20)
            if not chunk:
                return
            *lines, buffer = (buffer + chunk).split(b"\n")
            for line in lines:
                order = _orders.decode(line)
                pid = os.fork()
                if pid == 0:
                    _child(order)
                numbers[pid] = order.number
                tell(Notice(order.number, "started", pid=pid))
        _reap(numbers)


def tell(notice: Notice) -> None:
    """Uma linha curta: a escrita num cano é indivisível, e vários filhos usam o mesmo."""
    os.write(1, _encode(notice) + b"\n")


def _reap(numbers: dict[int, int]) -> None:
    while numbers:
        pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
        if pid == 0:
            return
        if os.WIFSTOPPED(status):
            tell(Notice(numbers[pid], "stopped", pid=pid))
        else:
            code = os.waitstatus_to_exitcode(status)
            tell(Notice(numbers.pop(pid), "exited", pid=pid, code=code))


def _child(order: Order) -> NoReturn:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 2)
    code = 1
    try:
        code = main(order, tell)
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
