"""Que Meta simular? Os dados da conta fictícia e o ritmo em que a Meta local age.

Tudo em milissegundos. Os segredos só protegem o laço local e nunca aparecem no `repr`.
"""

from typing import Annotated

import msgspec

Ms = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]


class Pace(msgspec.Struct, frozen=True):
    """Ritmo. Os status contam a partir do aceite; a redelivery dobra de `retry_first_ms` a `retry_max_ms`.

    A Meta insiste por até 7 dias; aqui são no máximo `attempts` tentativas. `batch_ms` > 0 junta num POST o
    que ficar pronto nesse intervalo, até `batch_max` itens; 0 manda cada item só. `status_copies`
    emite cada status mais vezes; `status_shuffle`, do último ao primeiro.
    """

    sent_ms: Ms = 20
    delivered_ms: Ms = 60
    read_ms: Ms = 120
    retry_first_ms: Ms = 200
    retry_max_ms: Ms = 5_000
    attempts: Positive = 12
    timeout_ms: Positive = 10_000
    concurrency: Positive = 32
    batch_ms: Ms = 0
    batch_max: Positive = 1_000
    status_copies: Positive = 1
    status_shuffle: bool = False


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

    def __repr__(self) -> str:
        """Sem segredos."""
        return f"<SimulatorConfig phone_number_id={self.phone_number_id} waba_id={self.waba_id}>"
