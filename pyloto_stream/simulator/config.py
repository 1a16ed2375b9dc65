"""Que Meta simular? Os dados da conta fictícia e o ritmo em que a Meta local age.

Tudo em milissegundos. Os segredos só protegem o laço local e nunca aparecem no `repr`.
"""

from typing import Annotated

import msgspec

from pyloto_stream.simulator.seeds import SEEDED, SeededTemplate

Ms = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]


class RateLimits(msgspec.Struct, frozen=True):
    """Os ritmos. `http_status` ≠ 0 troca o status HTTP das recusas.

    `capacity` é quanto um número pode mandar de uma vez; `pair_interval_s`, em segundos por mensagem à mesma
    pessoa; `pair_credit`, quantas cabem numa rajada; `management_per_h`, chamadas de gestão por hora (0: sem
    limite).
    """

    number_per_s: float = 80.0
    capacity: float = 80.0
    pair_interval_s: float = 6.0
    pair_credit: float = 45.0
    management_per_h: int = 200
    http_status: int = 0


APP_ID = "300000000000001"
"""O aplicativo fictício."""


WEEK_MS = 7 * 24 * 60 * 60_000


class Pace(msgspec.Struct, frozen=True):
    """Ritmo. Os status contam a partir do aceite; a redelivery dobra de `retry_first_ms` a `retry_max_ms`.

    A Meta insiste por até 7 dias (`WEEK_MS`); aqui são no máximo `attempts` tentativas, e nenhuma
    depois de `horizon_ms` de espera (0: sem esse limite). `batch_ms` > 0 junta num POST o
    que ficar pronto nesse intervalo, até `batch_max` itens; 0 manda cada item só. `status_copies`
    emite cada status mais vezes; `status_shuffle`, do último ao primeiro.
    """

    sent_ms: Ms = 20
    delivered_ms: Ms = 60
    read_ms: Ms = 120
    retry_first_ms: Ms = 200
    retry_max_ms: Ms = 5_000
    attempts: Positive = 12
    horizon_ms: Ms = 0
    timeout_ms: Positive = 10_000
    concurrency: Positive = 32
    batch_ms: Ms = 0
    batch_max: Positive = 1_000
    status_copies: Positive = 1
    status_shuffle: bool = False


class BusinessNumber(msgspec.Struct, frozen=True):
    """Mais um número da empresa. Com `access_token`, só ele fala por este número, e só por este."""

    phone_number_id: str
    display_phone_number: str
    access_token: str = ""

    def __repr__(self) -> str:
        """Sem segredos."""
        return f"<BusinessNumber phone_number_id={self.phone_number_id}>"


class PublishedFlow(msgspec.Struct, frozen=True):
    """Um Flow publicado na conta: o Flow JSON e, se troca dados, o endereço do endpoint dele."""

    id: str
    name: str
    definition: bytes
    endpoint_url: str = ""


class SimulatorConfig(msgspec.Struct, frozen=True):
    """A conta fictícia. `versions` vazio aceita qualquer versão com a forma `v24.0`.

    `webhook_url` pode faltar e ser dada depois, por `Simulator.subscribe`. `first_person`: número da primeira
    pessoa fictícia da tela (1 a 9999); quem guarda conversas entre partidas escolhe um novo a cada uma.
    `numbers` são os outros números da conta; sem `rates` ninguém é apertado; `review_ms`, quanto dura a
    revisão de um modelo.
    """

    app_secret: str
    access_token: str
    verify_token: str
    webhook_url: str = ""
    phone_number_id: str = "100000000000001"
    waba_id: str = "200000000000001"
    display_phone_number: str = "551100000000"
    business_name: str = "Pyloto"
    versions: tuple[str, ...] = ()
    first_person: Annotated[int, msgspec.Meta(ge=1, le=9999)] = 1
    pace: Pace = Pace()
    flows: tuple[PublishedFlow, ...] = ()
    app_id: str = APP_ID
    numbers: tuple[BusinessNumber, ...] = ()
    templates: tuple[SeededTemplate, ...] = SEEDED
    review_ms: Ms = 50
    rates: RateLimits | None = None

    def all_numbers(self) -> tuple[BusinessNumber, ...]:
        """Todos os números da conta; o primeiro é o de `phone_number_id`."""
        return (BusinessNumber(self.phone_number_id, self.display_phone_number), *self.numbers)

    def __repr__(self) -> str:
        """Sem segredos."""
        return f"<SimulatorConfig phone_number_id={self.phone_number_id} waba_id={self.waba_id}>"
