"""The funds' books as they are shown: trial balances and closings, amounts as decimal yuan."""

from typing import Any

from gateway.model.books import TrialBalance, TrialLine
from gateway.model.values import Money
from gateway.rules.dated import Rulebook
from gateway.rules.posting import account
from gateway.services.closing import Closed


def trial_view(rules: Rulebook, found: TrialBalance, language: str) -> dict[str, Any]:
    """A trial balance. `opening`, `closing`: debit less credit; accounts are named in `language`."""
    return {
        "fund": found.fund,
        "region": found.region,
        "day": found.day.isoformat(),
        "year": found.year,
        "balanced": found.balanced,
        "provisional": found.provisional,
        "lines": [_line(rules, found, line, language) for line in found.lines],
    }


def _line(rules: Rulebook, found: TrialBalance, line: TrialLine, language: str) -> dict[str, Any]:
    return {
        "part": line.part,
        "account": line.account,
        "name": account(rules, line.account, found.region, found.day).names.text(language),
        "kind": line.kind.value,
        "opening": str(Money(line.opening)),
        "debit": str(Money(line.turnover.debit)),
        "credit": str(Money(line.turnover.credit)),
        "closing": str(Money(line.closing)),
    }


def closing_view(done: Closed) -> dict[str, Any]:
    """A closing: who closed it, who signed it, the hash of its content, and the runs that it rests on."""
    return {
        "closing": done.id,
        "fund": done.fund,
        "region": done.region,
        "period": done.period,
        "number": done.number,
        "entries": done.entries,
        "content": done.content,
        "closed_by": done.closed_by,
        "closed_at": done.closed_at.isoformat(),
        "signatures": [{"signer": signer, "signed_at": at.isoformat()} for signer, at in done.signed],
        "evidence": [
            {
                "party": each.party,
                "pairing": each.pairing,
                "reconciliation": each.run,
                "broken": {"count": each.broken_count, "amount": str(Money(each.broken_fen))},
                "transit": {"count": each.transit_count, "amount": str(Money(each.transit_fen))},
            }
            for each in done.evidence
        ],
    }
