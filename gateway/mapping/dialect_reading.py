"""What goes along while one document is read or written, and the errors that can happen on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping.converters import UNSAID
from gateway.mapping.dialect_codes import UnmappedError
from gateway.mapping.dialect_store import Store
from gateway.model.identifiers import IdNumberError
from gateway.model.messages import Message
from gateway.ports import Control

Form = dict[str, Any]

_PLAIN = Store("utf-8", two_bytes=False)
_LISTED = 20  # unknown names that one document's control lists


@dataclass(slots=True)
class Reading:
    """One document being read. `name`: its message, for errors; `closed`: an unknown field is an error.

    `store`: what its party keeps, by which a name that is told again is compared.
    """

    name: str
    party: str
    about: Message | None = None
    closed: bool = True
    whole: bool = True
    control: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    odd: dict[str, list[str]] = field(default_factory=dict)
    store: Store = _PLAIN

    def finished(self) -> Control:
        """What the document said beside its message; `extra` also lists what was unknown, unlisted or different."""
        known = {name: self.control.get(name) or "" for name in ("message_id", "sender", "receiver")}
        told = {name: ",".join(dict.fromkeys(places[:_LISTED])) for name, places in self.odd.items()}
        return Control(**known, sent_at=self.control.get("sent_at", UNSAID), extra={**self.extra, **told})

    def note(self, kind: str, what: str) -> None:
        """Keep something odd, to be counted and shown: never a value, only its place or its code."""
        self.odd.setdefault(kind, []).append(what)

    def group(self, parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        """The group `name`, empty where it is absent."""
        found = parent.get(name)
        if found is None:
            return {}
        if type(found) is not dict:
            raise self.unreadable(f"{name} is not a group of fields")
        return found

    def rows(self, found: object, place: str) -> list[Mapping[str, Any]]:
        """A list of rows; 0, 1 and n rows have one shape."""
        if type(found) is not list or not all(type(row) is dict for row in found):
            raise self.unreadable(f"{place} is not a list of rows")
        return found

    def unknown(self, names: set[str]) -> None:
        """Fields that the table does not have."""
        shown = ", ".join(sorted(names)[:_LISTED])[:200]
        if self.closed:
            raise self.unreadable(f"it has fields that the table does not have: {shown}")
        for name in sorted(names):
            self.note("unknown_fields", name[:40])

    def missing(self, place: str) -> GatewayError:
        """A value that must be there is not."""
        return self.unreadable(f"{place} is missing")

    def differing(self, place: str) -> GatewayError:
        """Two places that must say the same do not."""
        return self.unreadable(f"{place} says something else than what it repeats")

    def refused(self, place: str, error: ValueError) -> GatewayError:
        """A value that is not in its form; the value itself may be personal and is not told, unless it is a code."""
        if isinstance(error, UnmappedError):
            return GatewayError("unmapped", party=self.party, field=place, found=error.found, known=error.known)
        reason = f"the identity number is wrong ({error.code})" if isinstance(error, IdNumberError) else str(error)
        return self.unreadable(f"{place}: {reason}")

    def unreadable(self, reason: str) -> GatewayError:
        """The document is not what its table describes."""
        return GatewayError("unreadable", party=self.party, message=self.name, reason=reason)


@dataclass(slots=True)
class Writing:
    """One document being written, on the day `on`. `made`: how to make what the caller need not give."""

    name: str
    party: str
    control: Control | None
    store: Store
    secret: Callable[[str], str]
    made: Mapping[str, Callable[[Control, str], str]]
    about: Message | None = None
    on: date = date.max

    def of_control(self, name: str, default: str, made: str) -> Any:
        """The value of a control field, or what stands for it; None where there is none."""
        if self.control is None:
            return default or None
        if name.startswith("extra."):
            given = self.control.extra.get(name.removeprefix("extra."), "")
        else:
            given = getattr(self.control, name)
        return given or default or (self.made[made](self.control, self.name) if made else None)

    def credential(self) -> str:
        """The secret that the control refers to; by default that of the receiver."""
        receiver = self.control.receiver if self.control else ""
        default = f"PARTY_{receiver.upper().replace('-', '_')}_SECRET"
        reference = self.control.extra.get("credential", default) if self.control else default
        found = self.secret(reference)
        if not found:
            raise GatewayError("setting_invalid", name=reference, reason="the party wants a password, and none is set")
        return found

    def no_place(self, here: str, place: str, reason: object) -> GatewayError:
        """The party's form cannot say a value."""
        shown = f"{place}: {reason}" if place else str(reason)
        return GatewayError("no_place", party=self.party, field=here, message=self.name, reason=shown)

    def fits(self, here: str, text: str, most: int) -> None:
        """GatewayError `too_long_for_party` where a text is longer than its column."""
        if self.store.length(text, self.on) > most:
            raise GatewayError("too_long_for_party", party=self.party, field=here, max=str(most))
