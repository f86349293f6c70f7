"""Cases that stand in the gateway's store before questions are asked about them."""

import itertools
import json
import urllib.request
import uuid
from datetime import UTC, datetime

from bench.people import enrolment
from bench.stack import Stack

_people = itertools.count(4_000_000)  # whom no other benchmark enrols, and nobody twice


def enrolled(made: Stack, count: int) -> list[str]:
    """Enrol so many people at the first gateway; our reference of each application, as the province knows it."""
    address, token = f"http://127.0.0.1:{made.gateways[0]}/v1/enrolments", made.token()
    given_at = datetime.now(UTC).isoformat(timespec="seconds")
    found = []
    for index in itertools.islice(_people, count):
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": str(uuid.uuid4()),
        }
        request = urllib.request.Request(address, enrolment(index, given_at), headers, method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own gateway
            found.append(f"{json.load(answer)['case']}.pension")
    return found
