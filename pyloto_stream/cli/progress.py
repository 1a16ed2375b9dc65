"""Como um comando demorado diz que anda? Com uma barra no terminal; fora dele, com nada."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(
    title: str, total: int | None, detail: str
) -> Iterator[tuple[Callable[[], None], Callable[[int], None]]]:
    """Dois avisos: um passo de `total` se deu; tantos `detail` a mais passaram.

    A barra vai para a saída de erros, e some no fim; se ela não é um terminal, não há barra.
    """
    from rich.console import Console  # noqa: PLC0415 — só quando há o que mostrar
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console = Console(stderr=True)
    if not console.is_terminal:
        yield (lambda: None), (lambda _more: None)
        return
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        task, seen = bar.add_task("", total=total), 0

        def step() -> None:
            bar.advance(task)

        def more(count: int) -> None:
            nonlocal seen
            seen += count
            bar.update(task, description=f"{seen:,} {detail}")

        yield step, more
