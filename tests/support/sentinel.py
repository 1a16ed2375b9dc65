"""Um mestre, as suas réplicas e três Sentinels em laço local, que trocam de mestre de verdade."""

import asyncio
from pathlib import Path
from typing import cast

from redis.exceptions import RedisError

from tests.support.redis_process import RedisProcess

NAME = "desk"
DOWN_AFTER_MS = 500
PATIENCE_S = 30.0
PASSWORD, WATCH_PASSWORD = "segredo-do-redis", "segredo-do-sentinel"


class Watched(RedisProcess):
    """Um Redis com senha, que entrega a sua senha também como réplica."""

    def __init__(self, binary: Path, folder: Path, *options: str) -> None:
        super().__init__(
            binary, folder, "--appendfsync", "everysec", "--repl-diskless-sync-delay", "0",
            "--requirepass", PASSWORD, "--masterauth", PASSWORD, *options,
        )  # fmt: skip
        self.url = f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"


class Sentinel(RedisProcess):
    """Um Sentinel; a configuração é dele, e ele a reescreve."""

    def __init__(self, binary: Path, folder: Path, master: Watched) -> None:
        super().__init__(binary, folder)
        self._master = master
        self.url = f"redis://:{WATCH_PASSWORD}@127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        lines = [
            "bind 127.0.0.1", f"port {self.port}", f"dir {self._folder}", f"requirepass {WATCH_PASSWORD}",
            f"sentinel sentinel-pass {WATCH_PASSWORD}", "logfile sentinel.log",
            f"sentinel monitor {NAME} 127.0.0.1 {self._master.port} 2",
            f"sentinel auth-pass {NAME} {PASSWORD}",
            f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER_MS}",
            f"sentinel failover-timeout {NAME} 3000",
        ]  # fmt: skip
        file = self._folder / "sentinel.conf"
        file.write_text("\n".join(lines) + "\n")
        return [str(self._binary), str(file), "--sentinel"]


class Sentinels:
    """`servers`: os Redis, na ordem em que nasceram; `url`: o endereço que o produto recebe."""

    def __init__(self, binary: Path, folder: Path, replicas: int) -> None:
        first = Watched(binary, folder / "redis-0")
        follow = ("--replicaof", f"127.0.0.1 {first.port}")
        others = [Watched(binary, folder / f"redis-{n}", *follow) for n in range(1, replicas + 1)]
        self.servers = [first, *others]
        self._watchers = [Sentinel(binary, folder / f"sentinel-{n}", first) for n in range(3)]
        places = ",".join(f"127.0.0.1:{watcher.port}" for watcher in self._watchers)
        self.url = f"redis+sentinel://:{PASSWORD}@{places}/{NAME}/0?sentinel_password={WATCH_PASSWORD}"

    async def start(self) -> None:
        """Inicia tudo e espera que a réplica acompanhe e que os Sentinels se conheçam."""
        for server in self.servers:
            await server.start()
        await asyncio.gather(*(watcher.start() for watcher in self._watchers))
        async with asyncio.timeout(PATIENCE_S):
            while not all([await self._knows(w) for w in self._watchers]):  # noqa: ASYNC110 — outros processos
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        alive = [process for process in [*self.servers, *self._watchers] if process.alive]
        await asyncio.gather(*(process.kill() for process in alive))

    async def master(self) -> Watched:
        """O mestre, segundo o primeiro Sentinel vivo."""
        watcher = next(watcher for watcher in self._watchers if watcher.alive)
        _, port = cast("list[str]", await watcher.run("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME))
        return next(server for server in self.servers if str(server.port) == port)

    async def fail_over(self) -> None:
        """Troca de mestre a pedido, com os dois vivos."""
        await self._watchers[0].run("SENTINEL", "FAILOVER", NAME)

    async def lose_a_watcher(self) -> None:
        """O primeiro da lista morre; os outros dois ainda decidem."""
        await self._watchers[0].kill()

    async def _knows(self, watcher: Sentinel) -> bool:
        try:
            about = cast("dict[str, object]", await watcher.run("SENTINEL", "MASTER", NAME))
            replicas = [await server.run("INFO", "replication") for server in self.servers[1:]]
        except RedisError:
            return False
        synced = all("'master_link_status': 'up'" in str(about) for about in replicas)
        known = (int(str(about["num-slaves"])), int(str(about["num-other-sentinels"])))
        return synced and known == (len(replicas), len(self._watchers) - 1)
