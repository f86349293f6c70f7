"""Everything that an acceptance would determine, with nothing kept."""

import json
from typing import Any

from gateway.model.codes import CaseStatus, LevyState
from gateway.model.platform import Enrolment
from gateway.services.determine import ItemPlan, determine
from gateway.services.runtime import Runtime


def preview(runtime: Runtime, enrolment: Enrolment, language: str) -> dict[str, Any]:
    """What the same request would be told on acceptance: determinations and levies, or every fault."""
    plans = determine(runtime, enrolment)
    return {
        "status": CaseStatus.ACCEPTED.value,
        "determination": [_determination(plan, language) for plan in plans],
        "levies": [_levy(plan, language) for plan in plans],
    }


def _determination(plan: ItemPlan, language: str) -> dict[str, Any]:
    public: dict[str, Any] = json.loads(plan.kept)["public"]
    return public | {"insurance": plan.insurance.value, "explanation": public["explanation"][language]}


def _levy(plan: ItemPlan, language: str) -> dict[str, Any]:
    levy = plan.levy
    kept = json.loads(levy.kept)
    return {
        "insurance": plan.insurance.value,
        "components": kept["components"],
        "amount": str(levy.amount),
        "from": str(levy.first),
        "to": str(levy.last),
        "due": levy.due.isoformat(),
        "payable_until": levy.payable_until.isoformat(),
        "status": LevyState.PREVIEW.value,
        "explanation": kept["explanation"][language],
    }
