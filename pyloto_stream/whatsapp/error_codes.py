"""O que quer dizer cada código de erro da Meta? Uma tabela, e a regra para os que não estão nela.

Promete: o mesmo código dá a mesma classe, venha na resposta HTTP ou num status. Decide o código, nunca o
status HTTP (a Meta responde 400, 403, 429 ou 500 ao mesmo aperto). Limite: códigos lidos nas páginas "Error
codes" da Graph v24.0 e, onde ela cala, em clientes públicos; código novo cai na regra de `classify`.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class ErrorClass(Enum):
    """De quem é o problema, e portanto o que fazer."""

    PERMANENT = "permanent"
    """Desta mensagem: nunca dará certo assim."""
    TRANSIENT = "transient"
    """Da Meta: repetir com espera crescente."""
    THROTTLE = "throttle"
    """Ritmo: repetir mais devagar."""
    AUTH = "auth"
    """Token, permissão ou número: parar de enviar, alertar, guardar a fila."""
    POLICY = "policy"
    """Conta (bloqueio, cobrança, spam): parar o número e chamar alguém."""
    WINDOW = "window"
    """Mais de 24 h desde a última mensagem da pessoa: só modelo aprovado."""
    USER = "user"
    """Da pessoa que recebe (sem WhatsApp, não aceita): não repetir."""
    DEFINITION = "definition"
    """Do modelo ou do formulário: corrigir a definição."""


_P, _T, _H, _A = ErrorClass.PERMANENT, ErrorClass.TRANSIENT, ErrorClass.THROTTLE, ErrorClass.AUTH
_O, _W, _U, _D = ErrorClass.POLICY, ErrorClass.WINDOW, ErrorClass.USER, ErrorClass.DEFINITION

PAIR_RATE = 131056
"""Ritmo com uma só pessoa: não deve atrasar as outras."""

WINDOW_CLOSED = 131047

FLOW_DOWN = frozenset((132068, 132069))
"""O formulário está bloqueado, ou foi oferecido demais nesta hora: a conversa segue por perguntas."""

STALE_CURSOR = 131059
"""A lista mudou enquanto se lia: recomeça-se."""

_ROWS: tuple[tuple[int, ErrorClass, str], ...] = (
    (0, _A, "token expired or authentication failed"),
    (1, _T, "unknown API error"),
    (2, _T, "API service down or overloaded"),
    (3, _A, "capability or permission missing"),
    (4, _H, "app call rate limit"),
    (10, _A, "permission missing or removed"),
    (33, _A, "business phone number deleted or invalid"),
    (100, _P, "invalid parameter"),
    (190, _A, "token expired"),
    (368, _O, "account blocked for policy"),
    (613, _H, "calling rate limit"),
    (80007, _H, "business account rate limit"),
    (130429, _H, "throughput reached"),
    (130472, _U, "recipient in an experiment"),
    (130497, _P, "country not allowed for this business"),
    (131000, _T, "something went wrong"),
    (131005, _A, "access denied"),
    (131008, _P, "required parameter missing"),
    (131009, _P, "parameter value invalid"),
    (131016, _T, "service unavailable"),
    (131020, _P, "group with a single member"),
    (131021, _P, "recipient is the sender"),
    (131026, _U, "undeliverable to this recipient"),
    (131030, _P, "recipient not in the test allow-list"),
    (131031, _O, "account locked"),
    (131037, _O, "display name approval needed"),
    (131041, _P, "group unknown"),
    (131042, _O, "payment or eligibility problem"),
    (131044, _O, "payment problem in calling"),
    (131045, _A, "phone number registration problem"),
    (WINDOW_CLOSED, _W, "more than 24 hours since the last inbound message"),
    (131048, _O, "spam rate limit"),
    (131049, _U, "not delivered for ecosystem health"),
    (131050, _U, "recipient stopped marketing messages"),
    (131051, _P, "unsupported message type"),
    (131052, _P, "inbound media download failed"),
    (131053, _P, "outbound media upload failed"),
    (131055, _P, "method not allowed"),
    (PAIR_RATE, _H, "pair rate limit"),
    (131057, _T, "account in maintenance"),
    (STALE_CURSOR, _P, "paging cursor invalid or expired"),
    (131061, _P, "max-price template on the wrong endpoint"),
    (131062, _P, "business-scoped recipient not supported here"),
    (131063, _D, "marketing templates disabled for this account"),
    (131064, _O, "messaging limit by template classification"),
    (131204, _H, "group limit reached"),
    (131208, _H, "group rate limit"),
    (132000, _D, "template parameter count mismatch"),
    (132001, _D, "template missing or not approved"),
    (132005, _D, "template text too long after substitution"),
    (132007, _D, "template content policy"),
    (132008, _D, "template parameter value mismatch"),
    (132012, _D, "template parameter format mismatch"),
    (132015, _D, "template paused"),
    (132016, _D, "template disabled"),
    (132018, _D, "template parameters invalid"),
    (132068, _D, "flow blocked"),
    (132069, _D, "flow throttled"),
    (133000, _A, "incomplete deregistration"),
    (133004, _T, "registration server unavailable"),
    (133005, _A, "two-step PIN mismatch"),
    (133006, _A, "phone number needs verification"),
    (133008, _A, "too many PIN guesses"),
    (133009, _A, "PIN guessed too fast"),
    (133010, _A, "phone number not registered"),
    (133015, _A, "phone number recently deleted"),
    (133016, _A, "too many registrations"),
    (134011, _O, "payments terms not accepted"),
    (134100, _D, "not a marketing template"),
    (134101, _T, "template still syncing"),
    (134102, _D, "template unavailable"),
    (135000, _P, "generic parameter error"),
    (137000, _P, "recipient identity key mismatch"),
    (139100, _P, "bulk block failed"),
    (139101, _P, "block list full"),
    (139102, _T, "concurrent block list update"),
    (139103, _T, "block list internal error"),
    (1752041, _P, "duplicate marketing onboarding"),
    *((code, _A, "phone number migration") for code in (2388001, 2388012, 2388091, 2388093, 2388103)),
    (2388019, _D, "too many templates"),
    *((c, _D, "template creation refused") for c in (2388040, 2388047, 2388072, 2388073, 2388293, 2388299)),
    (2494100, _T, "phone number in maintenance"),
    *((code, _P, "history sync refused") for code in (2593107, 2593108, 2593109)),
)

KNOWN: Mapping[int, tuple[ErrorClass, str]] = MappingProxyType(
    {code: (kind, text) for code, kind, text in _ROWS}
)
"""Código → classe e sentido (inglês, para registros e operação)."""

RANGES: tuple[tuple[int, int, ErrorClass, str], ...] = (
    (200, 299, _A, "permission not granted"),
    (131201, 131215, _P, "group error"),
    (138000, 138018, _P, "calling error"),
    (139000, 139004, _P, "flow management error"),
    (147001, 147005, _P, "business username error"),
    (200005, 200007, _P, "template insights error"),
)
"""Famílias: primeiro e último código, inclusive. `KNOWN` vem antes."""

MINIMUM_WAIT_MS: Mapping[int, int] = MappingProxyType(
    {
        4: 60_000,
        613: 60_000,
        80007: 60_000,
        130429: 1_000,
        PAIR_RATE: 6_000,  # o crédito volta a uma mensagem por 6 s
        131057: 60_000,
        131048: 3_600_000,
        368: 3_600_000,
        133015: 300_000,
        134101: 600_000,
        2494100: 60_000,
    }
)
"""Espera mínima em ms quando a Meta não sugere outra (páginas "Throughput", "Pair rate", "Error codes")."""


def lookup(code: int) -> tuple[ErrorClass, str] | None:
    """Classe e sentido de um código da tabela; `None` se a Meta o inventou depois dela (vale um alerta)."""
    if found := KNOWN.get(code):
        return found
    for first, last, kind, text in RANGES:
        if first <= code <= last:
            return kind, text
    return None


def classify(code: int, *, status: int = 400, transient: bool = False) -> ErrorClass:
    """Classe de `code`; fora da tabela, `TRANSIENT` se HTTP `status` ≥ 500 ou a Meta diz `is_transient`.

    Num status de entrega não há HTTP: o padrão 400 torna permanente o código desconhecido.
    """
    if found := lookup(code):
        return found[0]
    return ErrorClass.TRANSIENT if transient or status >= 500 else ErrorClass.PERMANENT
