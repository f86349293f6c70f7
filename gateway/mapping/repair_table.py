"""Reads which repairs fit which class of breaks: `mappings/reconciliation/repairs.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from gateway.mapping import rulefile
from gateway.model.breaks import Repair
from gateway.model.reconciliation import BreakClass
from gateway.model.repair import REPAIRS, RepairCode

FILE = Path("reconciliation", "repairs.yaml")


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The file."""

    repairs: dict[BreakClass, tuple[RepairCode, ...]]
    answers: dict[RepairCode, int]
    proposals: dict[Repair, RepairCode]


@dataclass(frozen=True, slots=True)
class RepairTable:
    """Which repairs fit a class, the usual one first; what a proposal of the pairings comes to.

    `answers`: in how many working days whoever is asked is to answer, by repair.
    """

    fitting: Mapping[str, tuple[RepairCode, ...]] = field(default_factory=dict)
    proposals: Mapping[str, RepairCode] = field(default_factory=dict)
    answers: Mapping[RepairCode, int] = field(default_factory=dict)

    def proposed(self, kind: str, proposal: str) -> RepairCode:
        """The repair to begin with: what was proposed, where it fits the class, else the usual one of the class."""
        usual = self.fitting[kind]
        meant = self.proposals.get(proposal)
        return meant if meant in usual else usual[0]


def repair_table(mappings: Path) -> RepairTable:
    """The table; GatewayError `data_invalid` naming the line, also where a class is left out or has nothing."""
    file = rulefile.read(mappings / FILE)
    found = file.convert(file.data, _File)
    if left_out := [each.value for each in BreakClass if not found.repairs.get(each)]:
        raise file.invalid(f"the class {left_out[0]} has no repair", "repairs")
    if unsaid := [each.value for each in Repair if each not in found.proposals]:
        raise file.invalid(f"the proposal {unsaid[0]} is not there", "proposals")
    for kind, fitting in found.repairs.items():
        if len(set(fitting)) != len(fitting):
            raise file.invalid("a repair stands twice", "repairs", kind.value)
    asking = {code for code in RepairCode if REPAIRS[code].asks}
    if set(found.answers) != asking or min(found.answers.values()) < 1:
        raise file.invalid("days, 1 or more, for each repair that asks somebody, and for no other", "answers")
    proposals = {proposal.value: code for proposal, code in found.proposals.items()}
    return RepairTable({kind.value: fitting for kind, fitting in found.repairs.items()}, proposals, found.answers)
