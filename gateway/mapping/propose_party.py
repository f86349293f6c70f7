"""The `party.yaml` of a new party: as another party of its dialect says of itself, or by the tables of a new one."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping.party_files import party_files
from gateway.mapping.propose_text import block
from gateway.model.messages import Family, carried_by

FAMILIES: Mapping[str, tuple[Family, str]] = {
    "provinces": ("province", ""),
    "medical": ("medical", "medical-"),
    "tax": ("tax", "tax-"),
    "treasury": ("treasury", "treasury-"),
    "cards": ("card", "card-"),
}
"""Of each folder of parties: its family, and how the ids of its parties begin."""

_OWN = frozenset(("id", "names", "family", "regions", "dialect", "configured", "differences"))
_LISTED = ("supports", "sends", "unsupported")
_LONGEST = 500
_COUNTER = "the worker turns to the agency's counter or app"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A party to be written: its folder (`provinces`), its name there, what people call it, its regions."""

    folder: str
    name: str
    zh: str = ""
    en: str = ""
    regions: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id of the party."""
        return FAMILIES[self.folder][1] + self.name

    @property
    def family(self) -> Family:
        """The family of the party."""
        return FAMILIES[self.folder][0]

    @property
    def path(self) -> Path:
        """Its file, below the mappings."""
        return Path(self.folder) / self.name / "party.yaml"

    def head(self, dialect: str, version: str) -> dict[str, Any]:
        """How every party.yaml begins."""
        made: dict[str, Any] = {"id": self.id, "names": {"zh": self.zh or self.name, "en": self.en or self._shown}}
        made["family"] = self.family
        if self.regions:
            made["regions"] = list(self.regions)
        return made | {"dialect": {"name": dialect, "version": version}}

    @property
    def _shown(self) -> str:
        return self.name.replace("-", " ").capitalize()


def models(mappings: Path, newcomer: Newcomer, dialect: str, version: str) -> Mapping[str, Mapping[str, Any]]:
    """What the parties of the same family and dialect say of themselves, by their ids; those with most seen first."""
    found = {}
    for file in party_files(mappings):
        data = file.data
        if data.get("family") == newcomer.family and _spoken(data) == (dialect, version):
            found[str(data["id"])] = data
    return dict(sorted(found.items(), key=lambda each: -_seen(each[1])))


def _seen(data: Mapping[str, Any]) -> int:
    """How many messages it is known of that they are carried so: a party that was taken over itself has none."""
    return sum(each.get("known") == "seen" for part in _LISTED for each in data.get(part, ()))


def like(newcomer: Newcomer, model: Mapping[str, Any]) -> str:
    """The party.yaml of a newcomer that does as `model` does; what was seen there is inferred here."""
    dialect, version = _spoken(model)
    of = str(model["id"])
    made = newcomer.head(dialect, version)
    made |= {name: value for name, value in model.items() if name not in _OWN and name not in _LISTED}
    remark = (
        f"# {newcomer.zh or newcomer.name}: speaks {dialect} {version} as {of} does; taken over from there.",
        "# What was seen at that party is inferred here, until somebody has seen it here too.",
    )
    text = [*remark, *block(made)]
    for part in ("supports", "sends"):
        if model.get(part):
            text += ["", *block({part: [_as_there(item, of) for item in model[part]]})]
    if model.get("unsupported"):
        text += ["", *block({"unsupported": list(model["unsupported"])})]
    return "\n".join(text) + "\n"


def by_tables(newcomer: Newcomer, dialect: tuple[str, str], carried: Collection[str], fact: str, encoding: str) -> str:
    """The party.yaml of the first party of a dialect of tables (name and version), which takes the messages `carried`.

    Nothing is known of how it recognises a repetition or can be asked, so a doubt about it is for a person.
    """
    made = newcomer.head(*dialect) | {"user": "gateway", "credentials": "none", "encoding": encoding}
    text = [f"# {newcomer.zh or newcomer.name}: the first party of the dialect {' '.join(dialect)}.", *block(made)]
    text += [
        "# Left out of every run until this line is taken away: once nothing is open in its dialect.",
        "configured: false",
    ]
    supports = [{"message": name, "known": "inferred", "because": fact} for name in carried]
    if supports:
        text += ["", *_doubts(), *block({"supports": supports})]
    missing = [
        {"message": name, "alternative": _COUNTER, "because": f"{fact}: nothing there carries it"}
        for name in carried_by(newcomer.family)
        if name not in carried
    ]
    if missing:
        text += ["", *block({"unsupported": missing})]
    return "\n".join(text) + "\n"


def _doubts() -> Iterator[str]:
    yield "# How it can be asked whether something took effect (`inquire`, `inquire_with`, `proves_ours`), and"
    yield "# whether it recognises a repeated id, nobody has said yet: until then every doubt is handed to a person."


def _spoken(data: Mapping[str, Any]) -> tuple[str, str]:
    language = data.get("dialect", {})
    return str(language.get("name")), str(language.get("version"))


def _as_there(item: Mapping[str, Any], of: str) -> dict[str, Any]:
    known = "inferred" if item["known"] == "seen" else item["known"]
    because = f"as {of}, which speaks the same dialect: {item['because']}"
    return {**item, "known": known, "because": because[:_LONGEST]}


def newest(mappings: Path, dialect: str) -> str:
    """The newest version of a dialect under `mappings`; GatewayError `not_found` naming those that there are."""
    folders = [path for path in (mappings / "dialects" / dialect).glob("*") if path.is_dir()]
    if not dialect or not folders:
        known = ", ".join(sorted(path.name for path in (mappings / "dialects").glob("*") if path.is_dir()))
        raise GatewayError("not_found", thing=f"dialect {dialect} (there are {known})")
    return max((path.name for path in folders), key=lambda name: [int(part) for part in name.split(".")])
