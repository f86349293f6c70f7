"""The control address `/_control/...`: faults, effects, and the people behind the parties."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from sandbox.afterwards import Afterwards, ControlError, levy_named
from sandbox.faults import FaultError, fault_from
from sandbox.http import Answer, Reply, Request
from sandbox.registered import OPEN_END, Wish
from sandbox.treasury_node import TreasuryNode
from sandbox.world import World

PREFIX = "/_control/"

Document = Mapping[str, Any]


class Control:
    """What tests and the demo talk to."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ground = world.ground
        self._calls: Mapping[tuple[str, str], Callable[[Document], Any]] = {
            ("GET", "health"): lambda _: {"status": "ok"},
            ("GET", "state"): lambda asked: world.shown(asked.get("party"), asked.get("reference")),
            ("GET", "faults"): lambda _: self._faults(),
            ("POST", "faults"): self._script,
            ("DELETE", "faults"): lambda _: self._ground.faults.clear(),
            ("POST", "pay"): self._pay,
            ("POST", "receipt"): self._receipt,
            **{("POST", name): call for name, call in Afterwards(world).calls.items()},
            ("POST", "decide"): self._decide,
            ("POST", "clerk"): self._clerk,
            ("POST", "seed"): self._seed,
            ("POST", "check"): lambda asked: self._node(asked).announce(asked),
            ("POST", "packages"): lambda asked: self._node(asked).list_packages(str(asked["day"])),
            ("POST", "reset"): lambda _: world.reset(),
        }

    def handle(self, request: Request) -> Answer:
        """Answer a control call, or hand the request to the party it is for."""
        if not request.path.startswith(PREFIX):
            return self._world.handle(request)
        try:
            return _json(200, self._answer(request) or {"status": "ok"})
        except ControlError as error:
            return _json(error.status, {"error": str(error)})
        except (FaultError, KeyError, ValueError, TypeError) as error:
            return _json(400, {"error": f"{type(error).__name__}: {error}"})

    def _answer(self, request: Request) -> Any:
        call = self._calls.get((request.method, request.path.removeprefix(PREFIX)))
        if call is None:
            known = ", ".join(sorted(f"{method} {PREFIX}{name}" for method, name in self._calls))
            raise ControlError(404, f"no such control call; there are: {known}")
        asked: dict[str, Any] = {name: values[0] for name, values in parse_qs(request.query).items()}
        return call(asked | (json.loads(request.body) if request.body else {}))

    def _faults(self) -> Document:
        faults = self._ground.faults
        return {
            "waiting": [asdict(fault) for fault in faults.waiting()],
            "played": [asdict(fault) for fault in faults.played],
        }

    def _script(self, asked: Document) -> Document:
        for document in asked.get("faults") or [asked]:
            self._ground.faults.add(fault_from(document))
        return self._faults()

    def _pay(self, asked: Document) -> Document:
        """The payer pays a levy: party and reference, levy_number or notice_number; amount, force."""
        bureau, levy = levy_named(self._world, asked)
        amount = Decimal(str(asked["amount"])) if "amount" in asked else None
        if not bureau.pay(levy, amount, force=bool(asked.get("force"))):
            raise ControlError(409, "paid already, or cancelled (force pays a cancelled one)")
        return bureau.shown_levy(levy)

    def _receipt(self, asked: Document) -> Document:
        """Push the receipt of a paid levy once more."""
        bureau, levy = levy_named(self._world, asked)
        if not levy.voucher:
            raise ControlError(409, "not paid yet")
        bureau.push_again(levy)
        return bureau.shown_levy(levy)

    def _decide(self, asked: Document) -> Document:
        """The clerk decides: party, acceptance_number or reference (insurance); decision, reason."""
        desk = self._desk(asked)
        found = desk.progress(
            str(asked.get("acceptance_number", "")), str(asked.get("reference", "")), str(asked.get("insurance", ""))
        )
        verdict, reason = str(asked.get("decision", "accepted")), str(asked.get("reason", ""))
        done = [one.shown() for one in found if desk.decide(one, verdict, reason)]
        if not done:
            raise ControlError(409, "nothing undecided matches")
        return {"decided": done}

    def _clerk(self, asked: Document) -> Document:
        """A window clerk registers a person: party, id_number, insurance, start."""
        return asdict(self._desk(asked).register.clerk(_wish(asked)))

    def _seed(self, asked: Document) -> Document:
        """Put a person on record: party, id_number, name, covers; at a card centre: cards."""
        if asked["party"] in self._world.cards:
            self._world.cards.seed(asked["party"], asked["id_number"], list(asked.get("cards", [])))
            return {"cards": len(asked.get("cards", []))}
        return asdict(self._desk(asked).register.seed(_wish(asked), list(asked.get("covers", []))))

    def _desk(self, asked: Document) -> Any:
        desk = self._world.desks.get(asked["party"])
        if desk is None:
            raise ControlError(404, f"no such province: {asked['party']}")
        return desk

    def _node(self, asked: Document) -> TreasuryNode:
        """The treasury that a control call names; `check` tells it what it posted, `packages` what it sent."""
        node = self._world.nodes.get(asked["party"])
        if node is None:
            raise ControlError(404, f"no such treasury: {asked['party']}")
        return node


def _wish(asked: Document) -> Wish:
    return Wish(
        reference="",
        id_type=asked.get("id_type", "resident_id"),
        id_number=asked["id_number"],
        name=asked.get("name", "测试人员"),
        insurance=asked.get("insurance", ""),
        agency=asked.get("region") or asked.get("agency") or asked["id_number"][:6],
        start=asked.get("start", OPEN_END),
        cycle="monthly",
        base="0.00",
    )


def _json(status: int, document: Any) -> Reply:
    return Reply(json.dumps(document, ensure_ascii=False).encode(), "application/json", status)
