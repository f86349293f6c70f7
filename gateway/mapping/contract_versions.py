"""The versions of our contract, and the messages that each carries. One that was published never changes."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.model.messages import EXCHANGES, Exchange

_NAMESPACE = "urn:shebao:gateway:"


@dataclass(frozen=True, slots=True)
class ContractVersion:
    """One version: its number, such as "1.2", and its messages in the order in which the contract has them."""

    number: str
    exchanges: tuple[Exchange, ...]

    @property
    def namespace(self) -> str:
        """The target namespace of its schema."""
        return _NAMESPACE + self.number


def _version(number: str, *names: str) -> ContractVersion:
    return ContractVersion(number, tuple(EXCHANGES[name] for name in names))


_FIRST = (
    "FindCover",
    "FindWorker",
    "EnrolWorker",
    "EnrolmentDecided",
    "StartCover",
    "WithdrawEnrolment",
    "GetProgress",
)
_CHANGES = ("ChangeDetails", "CorrectIdentity", "SuspendEnrolment", "ResumeEnrolment", "EndEnrolment", "ReportDeath")
_RECORDS = ("GetRights", "GetContributions")
_PAYMENTS = ("ReverseCover",)

VERSIONS: Mapping[str, ContractVersion] = {
    version.number: version
    for version in (_version("1.1", *_FIRST), _version("1.2", *_FIRST, *_CHANGES, *_RECORDS, *_PAYMENTS))
}
OLDEST = VERSIONS["1.1"]
NEWEST = VERSIONS["1.2"]
