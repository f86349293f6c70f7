"""The provinces that speak a dialect of their own, in a run: where they are served, what goes wrong, what is left."""

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.journeys.journey import Journey
from tests.journeys.people import enrolment
from tests.journeys.system import System

DEMO_RULES = Path("mappings/demo-rules")
# In the demonstration Hunan's first system keeps everything; here the residents' pension is where it really is.
RESIDENTS = """
values:
  - parameter: route
    region: "43"
    insurance: resident_pension
    from: 2025-01-01
    grade: invented
    instrument: 城乡居民养老保险信息系统（测试）
    content:
      agency: {name: "{city}城乡居民社会养老保险局", level: city}
      tax_office: 国家税务总局湖南省税务局
      treasury: 国家金库湖南分库
      card_centre: card-hubei
      province_party: hunan-resident
      tax_party: tax-hunan
"""


@dataclass(frozen=True)
class Spoken:
    """One province: where it is served, who works and is registered where, who collects and who tells it.

    `collects_at`: where its bureau is served, where that is one of its own.
    """

    party: str
    path: str
    choice: str
    works_in: str
    registered_in: str
    bureau: str = "tax-guangdong"
    collects_at: str = ""
    told: str = "cover_started"
    insurance: str = "pension"

    @property
    def effects(self) -> Counter[tuple[str, str]]:
        """What one completed case leaves behind, each once."""
        levied = [(self.bureau, "levy_declared"), (self.bureau, "paid")]
        return Counter([(self.party, "registered"), *levied, (self.party, self.told)])

    @property
    def region(self) -> str:
        """The city where its people are insured."""
        county = self.works_in if self.choice == "workplace" else self.registered_in
        return f"{county[:4]}00"


PARTIES = {
    each.party: each
    for each in (
        Spoken(
            *("sichuan", "/sichuan/services/yinHaiBusiness", "workplace", "510104", "430102"),
            bureau="tax-sichuan",
            collects_at="/tax/sichuan",
        ),
        Spoken(
            *("guizhou", "/guizhou/prm", "registered", "330106", "520102"),
            bureau="tax-guizhou",
            collects_at="/tax/guizhou",
        ),
        Spoken("hebei", "/hebei/hosdata", "workplace", "130102", "430102"),
        Spoken("jiangsu", "/jiangsu", "registered", "440106", "320102"),
        Spoken(
            *("hunan-resident", "/hunan-resident/hncjb/reports/crud", "registered", "330106", "430304"),
            bureau="tax-hunan",
            told="booked_by_tax",
            insurance="resident_pension",
        ),
    )
}
TOLD_BY_US = tuple(each.party for each in PARTIES.values() if each.told == "cover_started")

Script = tuple[str, str, str, dict[str, Any]]
Journeys = Mapping[str, Journey]


def everywhere(message: str, fault: str, **options: Any) -> list[Script]:
    return [(party, message, fault, options) for party in PARTIES]


ROUNDS: Mapping[str, Sequence[Script]] = {
    "the answer never came": everywhere("EnrolWorker", "timeout_after_effect"),
    "the call never arrived": everywhere("EnrolWorker", "effect_missing", answer=False),
    "the answer broke off": everywhere("EnrolWorker", "garbled"),
    "the answer came in another charset": everywhere("EnrolWorker", "wrong_charset"),
    "the answer holds everything twice": everywhere("EnrolWorker", "duplicate_reply"),
    "an exception came with HTTP 200": everywhere("EnrolWorker", "error_200"),
    "the province was down": everywhere("EnrolWorker", "down", times=2),
    "the province was busy": everywhere("EnrolWorker", "status", status=503),
    "nobody knows whether the payment was booked": [
        (party, "StartCover", "timeout_after_effect", {}) for party in TOLD_BY_US
    ],
    "the payment was not booked": [(party, "StartCover", "effect_missing", {"answer": False}) for party in TOLD_BY_US],
    "the question was not answered": [
        *everywhere("FindCover", "garbled"),
        ("hebei", "SignIn", "down", {}),
        ("hebei", "EnrolWorker", "session_lost", {}),
        ("sichuan", "GetSerial", "timeout_after_effect", {}),
        ("guizhou", "Confirm", "timeout_after_effect", {}),
    ],
    "the second step failed": [
        ("sichuan", "EnrolWorker", "session_lost", {}),
        ("guizhou", "Confirm", "down", {}),
        ("hebei", "EnrolWorker", "effect_missing", {"answer": False}),
        ("hebei", "Reverse", "timeout_after_effect", {}),
        *((party, "EnrolWorker", "slow", {"seconds": 0.2}) for party in ("jiangsu", "hunan-resident")),
    ],
}


def rules_in(folder: Path) -> Path:
    """The rules of the demonstration, and the residents' pension of Hunan with its own system."""
    shutil.copytree(DEMO_RULES, folder)
    (folder / "residents.yaml").write_text(RESIDENTS, encoding="utf-8")
    return folder


def stand(system: System, rules: Path) -> System:
    more = {"RULES_DIR": str(rules)}
    served = [(each.party, each.path) for each in PARTIES.values()]
    for party, path in served + [(each.bureau, each.collects_at) for each in PARTIES.values() if each.collects_at]:
        name = f"PARTY_{party.upper().replace('-', '_')}"
        more |= {f"{name}_URL": system.sandbox.url + path, f"{name}_SECRET": f"sandbox-{party}"}
    for process in system.processes:
        process.start(**more)
    system.start()
    return system


def begin(system: System, spoken: Spoken, **more: Any) -> Journey:
    person = system.people.next(spoken.registered_in)
    body = enrolment(person, "hunan", str(system.month), (spoken.insurance,)) | {
        "choice": spoken.choice,
        "workplace_region": spoken.works_in,
        "registered_region": spoken.registered_in,
        **more,
    }
    answer = system.platform.call("POST", "/v1/enrolments", body)
    assert answer.status == 202, f"{spoken.party}: {answer.body.decode()}"
    return Journey(system, person, spoken.party, answer.document["case"])


def begin_all(system: System) -> Journeys:
    return {party: begin(system, each) for party, each in PARTIES.items()}


def until_all(journeys: Journeys, status: str) -> None:
    for journey in journeys.values():
        journey.until(status)


def pay_all(journeys: Journeys) -> None:
    until_all(journeys, "awaiting_payment")
    for journey in journeys.values():
        journey.pay_at_once()
    until_all(journeys, "completed")
    for journey in journeys.values():
        journey.until_settled()


def assert_completed_once(system: System, journeys: Journeys, *also: str) -> None:
    state = system.sandbox.state()
    for party, journey in journeys.items():
        trace = journey.trace(state)
        counted = Counter({key: number for key, number in trace.effects.items() if key[1] not in also})
        assert counted == PARTIES[party].effects
        assert [(where, len(entry["bookings"])) for where, entry in trace.ours] == [(party, 1)]
        journey.assert_nothing_left()


def changed(system: System, journeys: Journeys, path: str, body: Mapping[str, Any], *, pay: bool = False) -> None:
    """One change of everybody, followed until it is made; a resumption has a levy to be paid first."""
    opened = {}
    for party, journey in journeys.items():
        named = {"case": journey.case, "worker": journey.view()["worker"]}
        told = {**body, **({"insurance": PARTIES[party].insurance} if "enrolments" in path else {})}
        answer = system.platform.call("POST", path.format(**named), told)
        assert answer.status == 202, f"{party}: {answer.body.decode()}"
        opened[party] = Journey(system, journey.person, party, answer.document["case"])
    if pay:
        pay_all(opened)
    else:
        until_all(opened, "completed")


def on_record(system: System, journeys: Journeys) -> dict[str, dict[str, Any]]:
    """What each party has on record of its person, by the number that the person was enrolled under."""
    parties = system.sandbox.state()["parties"]
    numbers = {party: journey.person.number for party, journey in journeys.items()}
    return {
        party: next(person for person in parties[party]["people"] if person["id_number"] == number)
        for party, number in numbers.items()
    }
