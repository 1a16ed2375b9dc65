"""Quantas partições tem a instalação deste Redis? As que o primeiro a chegar gravou, e nunca mais outras."""

from pyloto_stream.errors import MisconfiguredError, NoDeploymentError
from pyloto_stream.streams import keys
from pyloto_stream.streams.batch import Call
from pyloto_stream.streams.clients import unavailable
from pyloto_stream.streams.route import Route
from pyloto_stream.streams.scripts import Script, pack


async def settle_partitions(route: Route, partitions: int, *, create: bool) -> None:
    """Confere que são `partitions`; `create`: grava-as, se ninguém gravou ainda.

    Raises:
        MisconfiguredError: são outras, ou a instalação ainda não existe.
        UnavailableError: o Redis não respondeu.
    """
    asked = Call(Script.SETTLE_META, b"", {keys.META: [pack({"n": partitions if create else 0})]})
    (reply,) = await route.execute([asked])
    if isinstance(reply, Exception):
        raise unavailable(reply) from reply
    if not reply[0]:
        raise NoDeploymentError("REDIS_URL: no deployment was started on this Redis yet")
    if reply[0] != partitions:
        raise MisconfiguredError(f"STREAM_PARTITIONS: this deployment was created with {reply[0]} partitions")
