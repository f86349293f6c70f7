"""By dialect: where a province is served, and who serves it."""

from collections.abc import Callable, Mapping
from typing import Protocol

from sandbox.cjb import Cjb
from sandbox.contract import Contract
from sandbox.desk import Desk
from sandbox.ground import Ground
from sandbox.hosdata import Hosdata
from sandbox.http import Answer, Request
from sandbox.jiangsu import Jiangsu
from sandbox.molss import Molss
from sandbox.prm import Prm
from sandbox.yinhai import Yinhai


class Server(Protocol):
    """What answers the calls of one province."""

    def handle(self, request: Request) -> Answer:
        """Answer one call."""
        ...

    def clear(self) -> None:
        """Forget what the conversation left behind."""
        ...


# A path that ends with a slash stands for everything directly below it.
SERVERS: Mapping[str, tuple[str, Callable[[Desk, Ground], Server]]] = {
    "gateway": ("/{}/soap", Contract),
    "molss": ("/{}/sbzhpt/MainServlet", Molss),
    "yinhai": ("/{}/services/yinHaiBusiness", Yinhai),
    "prm": ("/{}/prm", Prm),
    "hosdata": ("/{}/hosdata", Hosdata),
    "jiangsu-json": ("/{}/api/v2/social/", Jiangsu),
    "cjb": ("/{}/hncjb/reports/crud", Cjb),
}
