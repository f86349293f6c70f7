"""Messages and documents that several tests start from."""

from datetime import UTC, date, datetime

from gateway.mapping.dialect_loader import dialects
from gateway.model.codes import IdType, Insurance
from gateway.model.person import Identity
from gateway.model.tax import DeclareLevy, Receipt
from gateway.model.values import Money, Month, Region
from gateway.ports import Control
from tests.mappings.folders import MAPPINGS
from tests.mappings.samples import Sample, read

SECRETS = {"PARTY_HUNAN_SECRET": 'p"w', "PARTY_CARD_HUBEI_SECRET": "c<d", "ANOTHER": "other"}
MAKERS = dialects(MAPPINGS, lambda reference: SECRETS.get(reference, ""))
NOW = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


def control(party: str = "hunan", **extra: str) -> Control:
    return Control("leg_1", "gateway", party, NOW, extra)


def sample(name: str, dialect: str = "molss/1.0") -> bytes:
    return (MAPPINGS / "dialects" / dialect / "samples" / name).read_bytes()


def levy(reference: str = "r-1", amount: int = 81060) -> DeclareLevy:
    person = Identity(IdType.RESIDENT_ID, "430102199003071015", "周远航")
    month = Month.parse("2026-01")
    return DeclareLevy(
        reference, person, "4301", Insurance.PENSION, Region("430102"), month, month, Money(amount), date(2026, 1, 25)
    )


def receipt() -> Receipt:
    found = read(Sample("levy-exchange/1.0", "receipt.push.json", "request")).messages[0]
    assert isinstance(found, Receipt)
    return found
