"""Que valores o executor troca com as etapas? Turnos entram, planos saem; nada aqui toca no Redis.

Uma etapa é uma função de `Turn` para `Outcome`. O executor aplica o plano inteiro ou nada.
"""

from collections.abc import Awaitable, Callable

import msgspec


class Lane(msgspec.Struct, frozen=True):
    """Um portão por conversa e a sequência de etapas que o token percorre. A primeira recebe os eventos."""

    name: str
    stages: tuple[str, ...]


class Setback(msgspec.Struct, frozen=True):
    """Uma tentativa que falhou: `code` estável, mensagem curta sem dados pessoais, instante em ms Unix."""

    code: str
    message: str
    at_ms: int


class Turn(msgspec.Struct, frozen=True, gc=False):
    """O que uma etapa recebe: o token de uma conversa.

    `events` é um vetor JSON com os eventos do turno, na ordem de aceitação; `state` é o JSON gravado por
    último (vazio se não há); `payload` é o que a etapa anterior deixou (vazio na primeira).
    `number` cresce a cada turno da conversa e nunca se repete. `failures` conta tentativas que falharam.
    `snoozes` conta adiamentos, que não são falhas. `mode` é o modo quando o token foi criado.
    """

    partition: int
    entry_id: str
    lane: str
    stage: str
    conversation: str
    number: int
    events: bytes
    state: bytes
    payload: bytes
    mode: str
    failures: int
    snoozes: int
    now_ms: int
    history: tuple["Setback", ...] = ()
    """As últimas falhas deste token, da mais antiga à mais nova."""


class Feed(msgspec.Struct, frozen=True):
    """Um evento (documento JSON) que o plano entrega a outra faixa da mesma conversa."""

    lane: str
    event: bytes


class Published(msgspec.Struct, frozen=True):
    """Um documento JSON que o plano deixa na fila `outlet`, que outros sistemas leem; `id` é o dele."""

    outlet: str
    id: str
    body: bytes


class SetTimer(msgspec.Struct, frozen=True):
    """Arma o temporizador `name` (um por nome e conversa): em `due_ms`, `event` entra na caixa."""

    name: str
    due_ms: int
    event: bytes


class CancelTimer(msgspec.Struct, frozen=True):
    """Desarma o temporizador `name`; nada acontece se não existe."""

    name: str


class Plan(msgspec.Struct, frozen=True, gc=False):
    """O que a etapa decidiu. `to` é a próxima etapa da faixa; `None` encerra o turno.

    `state` `None` conserva o gravado. `mode` `None` conserva o modo. Tudo é aplicado num só script.
    """

    to: str | None = None
    payload: bytes = b""
    state: bytes | None = None
    mode: str | None = None
    sent: tuple[str, str] | None = None
    """`(reply_id, id externo)` de um envio confirmado: vai para o livro no mesmo script."""
    feed: tuple[Feed, ...] = ()
    timers: tuple[SetTimer | CancelTimer, ...] = ()
    published: tuple[Published, ...] = ()
    asked: bool = True
    """A etapa falou com a dependência de que precisa, e ela respondeu; ver `breaker.py`."""


class Snooze(msgspec.Struct, frozen=True):
    """Adia o turno para `due_ms` sem contar tentativa. `payload` `None` conserva o que veio.

    `reply_id`: espera notícia desse envio; se ela já chegou, o turno volta já. `trouble`: código de uma
    dependência que não respondeu; muitas vezes seguidas, a etapa para de pedir (ver `breaker.py`).
    """

    due_ms: int
    payload: bytes | None = None
    reply_id: str = ""
    trouble: str = ""


Outcome = Plan | Snooze
Handler = Callable[[Turn], Awaitable[Outcome]] | Callable[[Turn], Outcome]
"""Etapa, com E/S (`async`) ou pura (síncrona: um lote sem criar tarefas). Devolve, ou levanta:
`UnavailableError` espera sem contar, `PermanentError` enterra, `LostError` abandona, outra repete."""


class Item(msgspec.Struct, frozen=True):
    """Um evento oferecido por `accept`: entra na faixa `lane` da conversa se `dedupe_key` é nova.

    `dedupe_key` vazia: sem deduplicação. A chave é resumida (blake2b) antes de chegar ao Redis.
    `cancels`: temporizadores da mesma faixa e conversa que o evento, se é novo, desarma ao entrar. Quem
    o trata rearma o que ainda fizer falta. `mode`: modo que o evento, se é novo, põe em vigor já ao entrar.
    `echo_of`: se é o id externo do último envio desta conversa, o evento é eco nosso e nada acontece.
    `former`: outra conversa em que o mesmo evento pode ter entrado, quando a chave da pessoa era essa: se ela
    se lembra dele, é duplicado. `names`: os nomes da pessoa de quem se supõe ser a conversa; se a tabela de
    apelidos diz outra, nada entra (code `another_person`). Só onde um servidor tem todas as partições.
    """

    lane: str
    conversation: str
    event: bytes
    dedupe_key: str = ""
    cancels: tuple[str, ...] = ()
    mode: str = ""
    echo_of: str = ""
    former: str = ""
    names: tuple[str, ...] = ()


class Unreadable(msgspec.Struct, frozen=True):
    """Bytes assinados que ninguém soube ler: guardados na fila de mortos da entrada, com o motivo."""

    reason: str
    body: bytes
    dedupe_key: str = ""


class Settlement(msgspec.Struct, frozen=True):
    """O mundo confirmou o que houve com um envio: `reply_id` foi `sent` (aceito) ou `failed`.

    `reply_id` traz a partição (ver `keys.py`). `event` alimenta a faixa `lane` da conversa que enviou; se o
    livro de envios não conhece `reply_id`, a de `conversation`. `turn_event`, se há: evento que essa conversa
    recebe na faixa dos envios, no mesmo script, se com isto o livro passa a saber que `reply_id` falhou.
    """

    reply_id: str
    outcome: str
    external_id: str
    lane: str
    conversation: str
    event: bytes
    dedupe_key: str = ""
    turn_event: bytes = b""
