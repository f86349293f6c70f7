"""Who there is to talk to: every `party.yaml` with an address, made into a party."""

import importlib
import importlib.util
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import msgspec

from adapters import cards, medical, platforms, provinces, tax, treasury
from adapters.party import Parts, Profile, read_profile, setting_name
from adapters.party.assembly import written_in
from adapters.party.versions import Kept, VersionedParty
from adapters.transport.http import Terms
from adapters.wsdl import contract
from gateway.errors import GatewayError
from gateway.mapping import rulefile
from gateway.mapping.dialect_kept import KeptDialect
from gateway.mapping.dialect_table import TableDialect
from gateway.mapping.party_files import party_files
from gateway.mapping.tables import NO_DIFFERENCES
from gateway.ports import Dialect, Journal, Now, Party, Sessions

_log = logging.getLogger(__name__)

_FAMILIES: Mapping[str, tuple[str, Callable[[Parts], Party]]] = {
    "provinces": ("province", provinces.party),
    "medical": ("medical", medical.party),
    "tax": ("tax", tax.party),
    "treasury": ("treasury", treasury.party),
    "cards": ("card", cards.party),
    "platforms": ("platform", platforms.party),
}
_OWN: Mapping[str, Callable[..., Dialect]] = {"webhook/1.0": platforms.WebhookDialect}
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_NEED_SECRET = frozenset({"username_token", "in_message", "signature", "webhook"})


def load(
    mappings: Path,
    settings: Mapping[str, str],
    dialects: Mapping[str, Callable[..., Dialect]],
    journal: Journal,
    now: Now,
    sessions: Sessions | None = None,
) -> dict[str, Party]:
    """The parties of `mappings/<family>/<name>/party.yaml` that have an address, by id.

    `settings`: PARTY_<ID>_URL, _SECRET, _CA_FILE, _CERTIFICATE, _KEY, _LEVY_ORG. `dialects`: makers by
    "<name>/<version>", each called once. `sessions`: for parties that want a login. A party without an address, or
    whose dialect is not there, is left out and the log says so.
    GatewayError `data_invalid` (file and line) or `setting_invalid` (name) for what is there and wrong.
    """
    makers = {**_OWN, **dialects}
    spoken: dict[str, Dialect] = {}
    found: dict[str, Party] = {}
    for path in sorted(mappings.glob("*/*/party.yaml")):
        profile = _levying(_profile(path, found), settings)
        address = settings.get(setting_name(profile.id, "URL"), "")
        if not profile.configured or not address:
            reason = f"{setting_name(profile.id, 'URL')} is not set" if profile.configured else "configured: false"
            _log.info("party %s is left out: %s", profile.id, reason)
            continue
        missing = [language for language in _languages(profile) if language not in makers]
        if missing:
            _log.warning("party %s has an address and is left out: no dialect %s", profile.id, ", ".join(missing))
            continue

        def made(spoken_now: Profile, at: Path = path) -> Party:
            dialect = _as_spoken(spoken[_language(spoken_now)], spoken_now, at)
            parts = replace(_parts(at, spoken_now, dialect, settings, journal, now), sessions=sessions)
            return _maker(at, spoken_now)(parts)

        for language in _languages(profile):
            if language not in spoken:
                spoken[language] = makers[language]()
        found[profile.id] = _versioned(path, profile, made)
    return found


def _as_spoken(dialect: Dialect, profile: Profile, path: Path) -> Dialect:
    """The dialect with what the party does differently."""
    encoding = written_in(dialect)
    if profile.differences == NO_DIFFERENCES and profile.encoding in ("", encoding):
        return dialect
    file = rulefile.read(path)
    if isinstance(dialect, TableDialect):
        return dialect.of_party(profile.differences, file, profile.encoding)
    if profile.encoding not in ("", encoding):
        raise file.invalid(f"the dialect {_language(profile)} is written in {encoding}", "encoding")
    if profile.differences.codes:
        reason = f"the dialect {_language(profile)} is not made of tables, so it has no code list to differ from"
        raise file.invalid(reason, "differences", "codes")
    return KeptDialect(dialect, profile.differences)


def _language(profile: Profile) -> str:
    return f"{profile.dialect.name}/{profile.dialect.version}"


def _languages(profile: Profile) -> list[str]:
    """The versions that the party is or was spoken to in, the newest first."""
    return [_language(profile), *(f"{profile.dialect.name}/{each.version}" for each in profile.dialect.before)]


def _versioned(path: Path, profile: Profile, made: Callable[[Profile], Party]) -> Party:
    """The party; in each of its versions, where it has had several that cases may have begun with."""
    newest = made(profile)
    if not profile.dialect.before:
        return newest
    earlier = [Kept(made(_earlier(path, profile, each.version)), each.until) for each in profile.dialect.before]
    return VersionedParty(newest, earlier)


def _earlier(path: Path, profile: Profile, version: str) -> Profile:
    """The profile in an earlier version, which carries what its contract has."""
    language = msgspec.structs.replace(profile.dialect, version=version, before=())
    before = msgspec.structs.replace(profile, dialect=language)
    if not profile.contract:
        return before
    operations = contract(_contract_of(path, before)).operations
    carried = tuple(item for item in profile.supports if item.message in operations)
    return msgspec.structs.replace(before, supports=carried)


def _contract_of(path: Path, profile: Profile) -> Path:
    version = path.parents[2] / "dialects" / profile.dialect.name / profile.dialect.version
    return version / "contract" / profile.contract


def described(mappings: Path, party: str | None = None) -> dict[str, str]:
    """Every party.yaml, or that of `party`, in a line, by the party's id.

    GatewayError `data_invalid` where one cannot be read, `not_found` where there is no such party.
    """
    profiles = [read_profile(file.path) for file in party_files(mappings, party)]
    return {
        each.id: f"{each.id}: {each.dialect.name} {each.dialect.version}, {len(each.carried)} messages"
        for each in profiles
    }


def _profile(path: Path, found: Mapping[str, Party]) -> Profile:
    profile = read_profile(path)
    folder = path.parent.parent.name
    if _FAMILIES.get(folder, ("",))[0] != profile.family:
        raise rulefile.read(path).invalid(f"the folder {folder} is not that of the family {profile.family}", "family")
    if profile.id in found:
        raise rulefile.read(path).invalid(f"another folder has the party {profile.id}", "id")
    return profile


def _parts(
    path: Path, profile: Profile, dialect: Dialect, settings: Mapping[str, str], journal: Journal, now: Now
) -> Parts:
    def setting(what: str) -> str:
        return settings.get(setting_name(profile.id, what), "")

    _check_address(profile, setting("URL"))
    if profile.credentials in _NEED_SECRET and not setting("SECRET"):
        raise _wrong(profile, "SECRET", f"the party wants credentials ({profile.credentials}) and has none")
    terms = Terms(
        connect=profile.timeouts.connect,
        reply_limit=profile.reply_limit,
        ca_file=setting("CA_FILE"),
        certificate=setting("CERTIFICATE"),
        key=setting("KEY"),
        content_type=profile.content_type,
    )
    actions = _actions(path, profile)
    return Parts(profile, dialect, setting("URL"), journal, now, setting("SECRET"), terms, actions)


def _levying(profile: Profile, settings: Mapping[str, str]) -> Profile:
    """The profile under the code for levying that the deployment holds, where it names one."""
    org = settings.get(setting_name(profile.id, "LEVY_ORG"), "")
    if not org:
        return profile
    if profile.family != "treasury" or not re.fullmatch("[0-9]{6,12}", org):
        raise _wrong(profile, "LEVY_ORG", "a code of 6 to 12 digits, of a party of the treasury network")
    return msgspec.structs.replace(profile, levy_org=org)


def _check_address(profile: Profile, address: str) -> None:
    """A server, a folder, or the database of the table that `party.yaml` describes."""
    parts = urlsplit(address)
    if profile.table is not None:
        if "://" not in address or parts.scheme in ("http", "https", "folder"):
            raise _wrong(profile, "URL", "the address of the database that the party's table is in")
    elif parts.scheme == "folder":
        if parts.hostname or not parts.path.startswith("/"):
            raise _wrong(profile, "URL", "the whole path of a folder, such as folder:/srv/exchange/party")
    elif parts.scheme not in ("http", "https") or not parts.hostname:
        raise _wrong(profile, "URL", "an address that begins with http://, https:// or folder:/")
    elif not _VISIBLE.fullmatch(address) or not _has_port(parts):
        reason = (
            "an address in visible ASCII (a blank is %20, 中 is %E4%B8%AD or, in a name, xn--), its port 1 to 65535"
        )
        raise _wrong(profile, "URL", reason)


def _has_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


def _actions(path: Path, profile: Profile) -> Mapping[str, str]:
    """SOAPAction by message from the contract beside the dialect; every message that is taken must be in it."""
    if not profile.contract:
        return {}
    operations = contract(_contract_of(path, profile)).operations
    missing = ", ".join(sorted(profile.carried.keys() - operations.keys()))
    if missing:
        raise rulefile.read(path).invalid(f"the contract {profile.contract} has no operation {missing}", "contract")
    return {name: operation.soap_action for name, operation in operations.items()}


def _maker(path: Path, profile: Profile) -> Callable[[Parts], Party]:
    """The module of an odd party where there is one, else that of an odd dialect, else its family."""
    folder = path.parent.parent.name
    for name in (path.parent.name, profile.dialect.name):
        module = f"adapters.{folder}.{name.replace('-', '_')}"
        if importlib.util.find_spec(module) is None:
            continue
        odd: Callable[[Parts], Party] | None = getattr(importlib.import_module(module), "party", None)
        if odd is not None:
            return odd
    return _FAMILIES[folder][1]


def _wrong(profile: Profile, what: str, reason: str) -> GatewayError:
    return GatewayError("setting_invalid", name=setting_name(profile.id, what), reason=reason)
