"""Who is played, and the secret shared with each."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

USER = "gateway"


@dataclass(frozen=True, slots=True)
class Province:
    """One province of the sandbox; `code` is the first two digits of its regions.

    `taxed_by`: the province whose bureau collects for it, where it has none of its own here. `numbers`: of its people.
    `treasury`: the party id of the treasury that is played for it, where one is.
    `notices_from`: where its notice numbers begin, so that two agencies in front of one bureau never give the same.
    `levies_by`: the dialect of its bureau, where it has one of its own.
    """

    name: str
    code: str
    speaks: str
    assesses: str
    paid_by: str
    contract: str = "1.1"
    taxed_by: str = ""
    numbers: str = "{code}0100{serial:011d}"
    notices_from: int = 0
    treasury: str = ""
    levies_by: str = "levy-exchange"

    @property
    def bureau(self) -> str:
        """The party id of its tax bureau."""
        return f"tax-{self.taxed_by or self.name}"


def provinces() -> Mapping[str, Province]:
    """Every province by name."""
    table = tomllib.loads(files("sandbox").joinpath("parties.toml").read_text(encoding="utf-8"))
    return {name: Province(name=name, **entry) for name, entry in table.items()}


def secret_of(party: str) -> str:
    """The secret shared with `party`: PARTY_<ID>_SECRET, else one that says that it is the sandbox's."""
    return os.environ.get(f"PARTY_{party.upper().replace('-', '_')}_SECRET", f"sandbox-{party}")
