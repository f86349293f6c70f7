"""One sandbox: every party, and which of them a request is for."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from sandbox.assessing import Agency
from sandbox.bureau import Bureau
from sandbox.cards_centres import Centres
from sandbox.clock import Clock, Timers
from sandbox.desk import Desk
from sandbox.dialects import SERVERS, Server
from sandbox.effects import Effects
from sandbox.exchange import Exchange
from sandbox.faults import Faults
from sandbox.ground import Ground, Pace
from sandbox.gt3_bus import Bus
from sandbox.gt3_push import CoreTeller
from sandbox.gt3_tirip import Tirip
from sandbox.http import Answer, Reply, Request
from sandbox.parties import Province, provinces
from sandbox.platforms import Platform
from sandbox.push import Pushes
from sandbox.receipts import Teller
from sandbox.refunding import Refunds
from sandbox.register import Register
from sandbox.treasury import Treasury
from sandbox.treasury_node import TreasuryNode

CORES: Mapping[str, Callable[[Bureau, Ground, Refunds], Bus | Tirip]] = {"gt3-bus": Bus, "gt3-tirip": Tirip}
PLATFORM = "/platform/demo-platform/webhook"


class _Forgetful(Protocol):
    def clear(self) -> None: ...


class World:
    """Everything that a sandbox holds, in memory only."""

    def __init__(self, callback: str = "", pace: Pace | None = None, now_file: Path | None = None) -> None:
        clock = Clock(now_file)
        timers = Timers(clock)
        pace = pace or Pace()
        pushes = Pushes(callback, timers, pace.push_again_after)
        self.ground = Ground(clock, timers, Effects(clock), Faults(), pushes, pace)
        self.desks: dict[str, Desk] = {}
        self.bureaus: dict[str, Bureau] = {}
        self.treasuries: dict[str, Treasury] = {}
        self.nodes: dict[str, TreasuryNode] = {}
        self._servers: dict[str, Server] = {}
        self._exchanges: dict[str, Exchange | Bus | Tirip] = {}
        self.tellers: dict[str, Teller] = {}
        self.refunds: dict[str, Refunds] = {}
        self.cards, self.platform = Centres(self.ground), Platform(self.ground)
        self._paths = {**self.cards.handlers, PLATFORM: self.platform.handle}
        self._parties = {**self.cards.parties, PLATFORM: "demo-platform"}
        for province in provinces().values():
            self._open(province)

    def handle(self, request: Request) -> Answer:
        """Answer a request to any party."""
        if server := self._paths.get(request.path) or self._paths.get(_folder(request.path)):
            return server(request)
        party, rest = _tax_path(request.path)
        if exchange := self._exchanges.get(party):
            return exchange.handle(request, rest)
        return Reply(b"no such party here", "text/plain", 404)

    def admits(self, path: str) -> bool:
        """Whether the party at `path` is up: asked before the body is read."""
        party = self._parties.get(path) or self._parties.get(_folder(path)) or _tax_path(path)[0]
        return not self.ground.faults.closed(party)

    def reset(self) -> None:
        """Start anew: no person, levy, script, push or timer is left."""
        ground = self.ground
        with ground.lock:
            desks, registers = self.desks.values(), [desk.register for desk in self.desks.values()]
            parts = (ground.timers, ground.pushes, ground.faults, ground.effects, self.cards, self.platform)
            everything: tuple[_Forgetful, ...] = (
                *parts,
                *desks,
                *registers,
                *self.bureaus.values(),
                *self.refunds.values(),
                *self.treasuries.values(),
            )
            for part in (*everything, *self._servers.values()):
                part.clear()

    def close(self) -> None:
        """Stop every thread of its own."""
        self.ground.timers.close()
        self.ground.pushes.close()

    def shown(self, party: str | None, reference: str | None) -> dict[str, Any]:
        """The control state: effects and counts, pushes, webhooks, and each party's own records."""
        state = dict(self.ground.effects.view(party, reference))
        parties: dict[str, Any] = {
            name: {"people": desk.register.shown(), "applications": desk.shown()} for name, desk in self.desks.items()
        }
        parties |= {name: bureau.shown() for name, bureau in self.bureaus.items()}
        for name, refunds in self.refunds.items():
            parties[name] |= {"refunds": refunds.shown()}
        parties |= {name: treasury.shown() for name, treasury in self.treasuries.items()}
        parties |= {**self.cards.shown(), "demo-platform": {"webhooks": self.platform.shown()}}
        state["parties"] = {name: shown for name, shown in parties.items() if party in (None, name)}
        state["pushes"] = [push for push in self.ground.pushes.shown() if party in (None, push["party"])]
        return state

    def _open(self, province: Province) -> None:
        register = Register(province, self.ground)
        desk = Desk(register, self.ground)
        if province.bureau not in self.bureaus:
            self._open_bureau(province)
        if province.assesses == "agency":
            desk.assess = Agency(province.name, self.bureaus[province.bureau]).assess
        self.tellers[province.bureau].registers.append(register)
        if province.treasury:
            self._open_treasury(province)
        path, serve = SERVERS[province.speaks]
        path, server = path.format(province.name), serve(desk, self.ground)
        self._paths[path], self._parties[path] = server.handle, province.name
        self.desks[province.name], self._servers[province.name] = desk, server

    def _open_treasury(self, province: Province) -> None:
        party, path = province.treasury, f"/treasury/{province.name}"
        self.treasuries[party] = Treasury(party, self.ground)
        self.nodes[party] = TreasuryNode(self.treasuries[party], self.ground)
        self._paths[path], self._parties[path] = self.nodes[party].handle, party

    def _open_bureau(self, province: Province) -> None:
        bureau = Bureau(province, self.ground)
        self.bureaus[province.bureau] = bureau
        refunds = self.refunds[province.bureau] = Refunds(bureau, self.ground)
        if core := CORES.get(province.levies_by):
            envelope = core(bureau, self.ground, refunds)
            self._exchanges[province.bureau] = envelope
            self.tellers[province.bureau] = CoreTeller(bureau, self.ground, envelope)
        else:
            self._exchanges[province.bureau] = Exchange(bureau, self.ground, refunds)
            self.tellers[province.bureau] = Teller(bureau, self.ground)
        refunds.tell = self.tellers[province.bureau].refunded


def _folder(path: str) -> str:
    """The path up to its last slash, which stays."""
    return path[: path.rfind("/") + 1]


def _tax_path(path: str) -> tuple[str, str]:
    """`/tax/hunan/v1/taxInfo` as the party and the path at its server."""
    if not path.startswith("/tax/"):
        return "", ""
    province, _, rest = path.removeprefix("/tax/").partition("/")
    return f"tax-{province}", "/" + rest
