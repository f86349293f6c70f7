"""The schemas of what is answered about the funds' books."""

from collections.abc import Mapping

from gateway.model.books import AccountKind
from gateway.web.schema_parts import COUNT, DATE, FLAG, INSTANT, MONEY, TEXT, Schema, code, record, ref, some

BOOKS_SCHEMAS: Mapping[str, Schema] = {
    "TrialBalance": record(
        fund=TEXT,
        region=TEXT,
        day=DATE,
        year=COUNT,
        balanced=FLAG,
        provisional=FLAG,
        lines=some(
            record(
                part=TEXT,
                account=TEXT,
                name=TEXT,
                kind=code(AccountKind),
                opening=MONEY,
                debit=MONEY,
                credit=MONEY,
                closing=MONEY,
            )
        ),
    ),
    "BookClosing": record(
        closing=TEXT,
        fund=TEXT,
        region=TEXT,
        period=TEXT,
        number=COUNT,
        entries=COUNT,
        content=TEXT,
        closed_by=TEXT,
        closed_at=INSTANT,
        signatures=some(record(signer=TEXT, signed_at=INSTANT)),
        evidence=some(record(party=TEXT, pairing=TEXT, reconciliation=TEXT, broken=ref("Sum"), transit=ref("Sum"))),
    ),
    "BookClosings": record(closings=some(ref("BookClosing"))),
}
