"""Como se chamam as chaves no Redis, e em que partição mora cada conversa?

Todas as chaves de uma partição têm a mesma etiqueta `{…}`, logo o mesmo slot de um Redis Cluster; as
etiquetas espalham as partições por igual pelos 16384 slots. Fora daqui, só os scripts montam chaves.
"""

from functools import cache, lru_cache
from hashlib import blake2b

from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

ROOT = "pyloto"
META = f"{ROOT}:{{meta}}"
GROUP = "workers"
RECENT = 8192
"""Conversas cuja partição se lembra, em vez de a calcular a cada operação; uns 150 bytes cada."""


@cache
def tag(partition: int, partitions: int) -> str:
    """Etiqueta da partição: dois dígitos, e um sufixo se preciso, cujo slot cai na faixa que lhe cabe."""
    low = partition * REDIS_CLUSTER_HASH_SLOTS // partitions
    high = (partition + 1) * REDIS_CLUSTER_HASH_SLOTS // partitions
    candidate, suffix = f"{partition:02d}", 0
    while not low <= key_slot(candidate.encode()) < high:
        candidate, suffix = f"{partition:02d}.{suffix}", suffix + 1
    return candidate


@cache
def prefix(partition: int, partitions: int) -> str:
    """Início de toda chave da partição, por exemplo `pyloto:{03.4}`."""
    return f"{ROOT}:{{{tag(partition, partitions)}}}"


@lru_cache(RECENT)
def partition_of(conversation: str, partitions: int) -> int:
    """Partição de uma conversa: estável entre processos e versões."""
    digest = blake2b(conversation.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % partitions


def dedupe_digest(key: str) -> bytes:
    """Resumo de 96 bits de uma chave de deduplicação; vazio para chave vazia. Não revela a chave."""
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=12).digest() if key else b""


def reply_id(partition: int, conversation: str, number: int, index: int) -> str:
    """Id determinístico e opaco da resposta `index` do turno `number`; ≤ 64 caracteres, sem dado pessoal."""
    seed = f"{conversation}\0{number}".encode("utf-8", "surrogatepass")
    return f"v1.{partition}.{blake2b(seed, digest_size=12).hexdigest()}.{index}"


def sibling(value: str, index: int) -> str:
    """O id do envio `index` do mesmo turno que o envio `value`."""
    return f"{value.rpartition('.')[0]}.{index}"


def partition_of_reply(value: str, partitions: int) -> int | None:
    """Partição escrita num id de resposta nosso; `None` se o id não é nosso."""
    parts = value.split(".")
    if len(parts) != 4 or parts[0] != "v1" or not (parts[1].isascii() and parts[1].isdigit()):
        return None
    partition = int(parts[1]) if len(parts[1]) <= 4 else partitions
    return partition if partition < partitions else None


def stream(base: str, stage: str) -> str:
    """Fila de tokens de uma etapa."""
    return f"{base}:stream:{stage}"


def dead(base: str, stage: str) -> str:
    """Fila de mortos de uma etapa."""
    return f"{base}:dead:{stage}"


def outlet(base: str, name: str) -> str:
    """Fila de saída `name` da partição, que outros sistemas leem."""
    return f"{base}:out:{name}"


def alias(name: str, partitions: int) -> str:
    """De quem é um nome: na partição do nome."""
    return f"{prefix(partition_of(name, partitions), partitions)}:alias:{name}"


def timers(base: str) -> str:
    """Temporizadores da partição: conjunto ordenado de vencimentos."""
    return f"{base}:timers"
