"""What `party.yaml` says of a party, checked down to the line."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from adapters.transport.tables import Columns
from gateway.mapping import rulefile
from gateway.mapping.dialect_encoding import encoding_of
from gateway.mapping.dialect_store import wrong
from gateway.mapping.rulefile import RuleFile
from gateway.mapping.syntax import declared_charset
from gateway.mapping.tables import NO_DIFFERENCES, Differences
from gateway.model.codes import Insurance
from gateway.model.messages import Family, carried_by
from gateway.ports import Document, InquireBy, Support

Seconds = Annotated[int, Meta(ge=1, le=600)]
Text = Annotated[str, Meta(min_length=1, max_length=500)]
Known = Literal["seen", "inferred", "ours"]


class Names(Struct, frozen=True, forbid_unknown_fields=True):
    """What people call the party."""

    zh: Text
    en: Text


class Before(Struct, frozen=True, forbid_unknown_fields=True):
    """A version that the party was spoken to in; cases that began before `until` keep it."""

    version: Text
    until: datetime

    def __post_init__(self) -> None:
        if self.until.tzinfo is None:
            raise ValueError("until needs an offset, such as 2026-12-01T00:00:00+08:00")


class Language(Struct, frozen=True, forbid_unknown_fields=True):
    """Its dialect; `before`: the versions that it had, the oldest first."""

    name: Text
    version: Text
    before: tuple[Before, ...] = ()


class Timeouts(Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds: to connect, for a question, for a trial of the connection. A delivery has its own, per message."""

    connect: Seconds = 3
    ask: Seconds = 10
    check: Seconds = 5


class Carried(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One message the party takes; the fields of `gateway.ports.Support`, and how we know (`because`: the fact)."""

    message: Text
    known: Known
    because: Text
    recognises_id: bool = False
    inquire: InquireBy = "nothing"
    inquire_with: tuple[Text, ...] = ()
    proves_ours: tuple[Text, ...] = ()
    proves_somebody: tuple[Text, ...] = ()
    settle_after: Annotated[int, Meta(ge=0, le=86_400)] = 2
    timeout: Seconds = 10
    bundle: Annotated[int, Meta(ge=1, le=1000)] = 1

    @property
    def support(self) -> Support:
        """The same in the words of the core; several messages to inquire with are tried in order."""
        return Support(
            message=self.message,
            recognises_id=self.recognises_id,
            inquire=self.inquire,
            inquire_with=",".join(self.inquire_with),
            proves_ours=self.proves_ours,
            proves_somebody=self.proves_somebody,
            settle_after=self.settle_after,
            timeout=self.timeout,
            bundle=self.bundle,
        )


class Sent(Struct, frozen=True, forbid_unknown_fields=True):
    """One message the party sends to us."""

    message: Text
    known: Known
    because: Text


class Unsupported(Struct, frozen=True, forbid_unknown_fields=True):
    """One message it cannot carry, and what to do instead."""

    message: Text
    alternative: Text
    because: Text


class Profile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    """One party.

    `regions`: leading digits of the regions it serves. `keeps`: its insurances, where it does not keep every one.
    `user`: how it knows us. `encoding`: its character set, the dialect's where empty. `table`: of the database that we
    share, where we do.
    `credentials`: a UsernameToken, inside the message (the dialect writes them), a signature with a shared key, that of
    webhooks, or none.
    `contract`: a WSDL beside the dialect. `content_type`: what it insists on, the dialect's own where empty.
    `concurrency`: calls at once. `reply_limit`: bytes. `configured: false` leaves the party out.
    `levy_org`: our code as an organisation that levies through the treasury network, where we are one.
    `treasury_code`: that of the treasury itself, which changes of what it posted name.
    `differences`: from the tables of its dialect: code lists, what its columns keep, what they keep instead.
    """

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
    names: Names
    family: Family
    dialect: Language
    user: Text
    credentials: Literal["username_token", "in_message", "signature", "webhook", "none"]
    regions: tuple[Annotated[str, Meta(pattern=r"^[1-9][0-9]{1,5}$")], ...] = ()
    keeps: tuple[Insurance, ...] = ()
    configured: bool = True
    encoding: str = ""
    content_type: str = ""
    contract: str = ""
    table: Columns | None = None
    timeouts: Timeouts = msgspec.field(default_factory=Timeouts)
    concurrency: Annotated[int, Meta(ge=1, le=256)] = 8
    reply_limit: Annotated[int, Meta(ge=1024, le=64 << 20)] = 1 << 20
    supports: tuple[Carried, ...] = ()
    sends: tuple[Sent, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    levy_org: Annotated[str, Meta(pattern=r"^([0-9]{6,12})?$")] = ""
    treasury_code: Annotated[str, Meta(pattern=r"^([0-9]{10})?$")] = ""
    differences: Differences = NO_DIFFERENCES

    @cached_property
    def carried(self) -> Mapping[str, Support]:
        """What it takes, by message."""
        return {item.message: replace(item.support, keeps=self.keeps) for item in self.supports}

    def alternative(self, message: str) -> str:
        """What to do instead of sending `message` to this party."""
        return next((item.alternative for item in self.unsupported if item.message == message), "")


def read_profile(path: Path) -> Profile:
    """The profile in the file at `path`; GatewayError `data_invalid` naming file and line."""
    file = rulefile.read(path)
    profile: Profile = file.convert(file.data, Profile)
    profile = msgspec.structs.replace(profile, encoding=encoding_of(profile.encoding, file))
    _check_label(profile, file)
    _check_substitutes(profile, file)
    _check_messages(profile, file)
    _check_inquiries(profile, file)
    return profile


def _check_label(profile: Profile, file: RuleFile) -> None:
    charset = declared_charset(Document(b"", profile.content_type))
    if charset and profile.encoding and encoding_of(charset, file) != profile.encoding:
        raise file.invalid(f"it says {charset}, and the encoding is {profile.encoding}", "content_type")


def _check_substitutes(profile: Profile, file: RuleFile) -> None:
    for index, part, reason in wrong(profile.differences.substitutes):
        raise file.invalid(reason, "differences", "substitutes", index, part)


def _check_messages(profile: Profile, file: RuleFile) -> None:
    """Every message of the family has its place once: taken, sent, or unsupported with an alternative.

    What only a few dialects have may have one.
    """
    missing, few = set(carried_by(profile.family)), set(carried_by(profile.family, few=True))
    for part in ("supports", "sends", "unsupported"):
        for index, item in enumerate(getattr(profile, part)):
            if item.message not in missing | few:
                reason = f"{item.message} is not a message of the family {profile.family}, or it stands here twice"
                raise file.invalid(reason, part, index, "message")
            missing.discard(item.message)
            few.discard(item.message)
    if missing:
        raise file.invalid(f"supports, sends and unsupported leave out {', '.join(sorted(missing))}")


def _check_inquiries(profile: Profile, file: RuleFile) -> None:
    for index, item in enumerate(profile.supports):
        by_message = item.inquire in ("query", "poll", "look_up")
        if by_message != bool(item.inquire_with):
            reason = "inquire_with goes with query, poll and look_up, and with no other"
            raise file.invalid(reason, "supports", index)
        if item.inquire == "resend" and not item.recognises_id:
            reason = "only a party that recognises a repeated id can be asked by sending again"
            raise file.invalid(reason, "supports", index, "inquire")
        for name in item.inquire_with:
            if name not in profile.carried:
                raise file.invalid(f"the party does not take {name}", "supports", index, "inquire_with")
