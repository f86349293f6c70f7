"""What single parties do differently from the tables of their dialect: whether it fits, and leaves no code unsaid."""

from collections.abc import Mapping
from pathlib import Path

from gateway.errors import GatewayError
from gateway.mapping.check_coverage import Place, coverage
from gateway.mapping.dialect_encoding import encoding_of
from gateway.mapping.dialect_table import TableDialect
from gateway.mapping.party_files import party_files
from gateway.mapping.rulefile import RuleFile
from gateway.mapping.tables import Differences


def of_parties(
    mappings: Path, party: str | None, dialects: Mapping[str, TableDialect]
) -> tuple[dict[str, list[Place]], list[str]]:
    """Of each party of `dialects` ("<name>/<version>") that has codes of its own, its places; and what is wrong.

    `party`: of that one only. GatewayError `not_found` where there is no such party.
    """
    places: dict[str, list[Place]] = {}
    faults: list[str] = []
    for file in party_files(mappings, party):
        language = file.data.get("dialect") if isinstance(file.data, dict) else None
        name = f"{language.get('name')}/{language.get('version')}" if isinstance(language, dict) else ""
        if name not in dialects:
            continue
        try:
            spoken = _spoken(file, dialects[name])
        except GatewayError as error:
            faults.append(str(error))
            continue
        if spoken.tables is not dialects[name].tables:
            found, missing = coverage(spoken.tables)
            places[name] = found
            faults += [f"{file.path}, line {file.line('differences', 'codes')}: {fault}" for fault in missing]
    return places, faults


def _spoken(file: RuleFile, dialect: TableDialect) -> TableDialect:
    differences = file.convert(file.data.get("differences", {}), Differences, "differences")
    return dialect.of_party(differences, file, encoding_of(str(file.data.get("encoding", "")), file))
