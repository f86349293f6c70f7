"""The error catalogue: what can go wrong, whose side it is, what to do, and how each doorway says it.

The entries stand in `errors.toml` beside this file. One entry serves RFC 9457 problem documents, SOAP faults and party
replies alike. Texts take the parameters that the raiser gives; they never hold personal values.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Literal, Self

Side = Literal["caller", "gateway", "party", "law"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One entry of the catalogue."""

    code: str
    status: int
    side: Side
    retry_safe: bool
    en: str
    zh: str

    @property
    def soap(self) -> Literal["client", "server"]:
        """Which SOAP fault code says it: the caller's doing, or not."""
        return "client" if self.status < 500 else "server"  # noqa: PLR2004 - the boundary of HTTP's own classes


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong at one place of the caller's document (`pointer`: RFC 6901, empty for the whole)."""

    pointer: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """The fault in `language` ("zh" or "en")."""
        return text_of(self.code, self.params, language)


class GatewayError(Exception):
    """An error of the catalogue with what the raiser knows of it.

    `params` fill the catalogue's text; `faults` name each wrong place; `party` is the counterparty concerned, if any.
    """

    def __init__(
        self,
        code: str,
        *,
        faults: Sequence[Fault] = (),
        party: str = "",
        retry_after: int | None = None,
        **params: str,
    ) -> None:
        self.kind = KINDS[code]
        self.params = {**params, "party": party} if party else params
        self.faults = tuple(faults)
        self.party = party
        self.retry_after = retry_after
        super().__init__(self.text("en"))

    def of(self, party: str) -> Self:
        """The same error, now that it is known which counterparty it is about."""
        self.party = party
        self.params = {**self.params, "party": party}
        self.args = (self.text("en"),)
        return self

    def text(self, language: str) -> str:
        """The error in `language` ("zh" or "en")."""
        return text_of(self.kind.code, self.params, language)


def text_of(code: str, params: Mapping[str, str], language: str) -> str:
    """The catalogue's sentence for `code`; a parameter that the raiser did not give shows as its name in braces."""
    kind = KINDS[code]
    template = kind.zh if language == "zh" else kind.en
    return template.format_map(_Shown(params))


class _Shown(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _catalogue() -> Mapping[str, Kind]:
    entries = tomllib.loads(files("gateway").joinpath("errors.toml").read_text(encoding="utf-8"))
    return {code: Kind(code=code, **entry) for code, entry in entries.items()}


KINDS: Mapping[str, Kind] = _catalogue()
