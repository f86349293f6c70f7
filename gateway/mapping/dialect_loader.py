"""Which dialects are tables, and how each is made: found under `mappings/dialects/<name>/<version>/`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gateway.mapping.dialect_codes import all_codes, overridden
from gateway.mapping.dialect_store import store_of
from gateway.mapping.dialect_table import MADE, Secret, TableDialect
from gateway.mapping.dialect_tables import Tables
from gateway.mapping.syntax import Syntax
from gateway.mapping.syntax_attribute_soap import AttributeSoap
from gateway.mapping.syntax_bare_rows import BareRows
from gateway.mapping.syntax_cfx import Cfx
from gateway.mapping.syntax_gt3_bus import Gt3Bus
from gateway.mapping.syntax_hosdata import Hosdata
from gateway.mapping.syntax_json import JsonEnvelope
from gateway.mapping.syntax_piped import PipedJson
from gateway.mapping.syntax_prm import PrmCalls
from gateway.mapping.syntax_rpc_soap import RpcSoap
from gateway.mapping.syntax_starred import StarredTags
from gateway.mapping.syntax_string_soap import StringSoap
from gateway.mapping.syntax_tirip import Tirip
from gateway.mapping.syntax_typed_soap import TypedSoap
from gateway.mapping.tables import NO_DIFFERENCES, Differences
from gateway.mapping.tables_files import Folder, folders, read_folder

_SYNTAXES: Mapping[str, Callable[[Mapping[str, Any]], Syntax]] = {
    "attribute_soap": AttributeSoap,
    "json": JsonEnvelope,
    "rpc_soap": RpcSoap,
    "string_soap": StringSoap,
    "typed_soap": TypedSoap,
    "prm": PrmCalls,
    "hosdata": Hosdata,
    "cfx": Cfx,
    "starred": StarredTags,
    "piped": PipedJson,
    "rows": BareRows,
    "gt3_bus": Gt3Bus,
    "tirip": Tirip,
}


def dialects(mappings: Path, secret: Secret = lambda _reference: "") -> Mapping[str, Callable[..., TableDialect]]:
    """Makers of every dialect of tables by "<name>/<version>".

    A maker takes the `Differences` of one party, or nothing: then the dialect is as its tables say, for every party
    that differs in nothing (and `TableDialect.of_party` makes those of the others). `secret`: the secret behind a
    reference such as PARTY_HUNAN_SECRET, "" where none is set; asked when a document is written. Makers raise
    GatewayError `data_invalid` naming file and line.
    """
    return {f"{path.parent.name}/{path.name}": _maker(path, secret) for path in folders(mappings)}


def load(path: Path, differences: Differences = NO_DIFFERENCES, secret: Secret = lambda _reference: "") -> TableDialect:
    """The dialect in the folder at `path`; GatewayError `data_invalid` naming file and line."""
    folder = read_folder(path)
    codes = overridden(all_codes(folder.codes, folder.codes_file), differences.codes, folder.file)
    _check_made(folder)
    return TableDialect(Tables(folder, codes), _syntax(folder), store_of(folder.dialect, differences), secret)


def _maker(path: Path, secret: Secret) -> Callable[..., TableDialect]:
    def make(differences: Differences = NO_DIFFERENCES) -> TableDialect:
        return load(path, differences, secret)

    return make


def _syntax(folder: Folder) -> Syntax:
    try:
        return _SYNTAXES[folder.dialect.syntax](folder.dialect.options)
    except (KeyError, TypeError, AttributeError) as error:
        reason = f"the syntax {folder.dialect.syntax} wants another option: {error}"
        raise folder.file.invalid(reason, "options") from None


def _check_made(folder: Folder) -> None:
    for direction in ("request", "reply"):
        for placed in folder.head(direction):
            if placed.line.made and placed.line.made not in MADE:
                raise placed.invalid(f"nothing makes {placed.line.made}; there are {', '.join(MADE)}")
