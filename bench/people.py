"""Synthetic people: invented names, identity numbers with the right check digit, another one for every index."""

import json
from datetime import date, timedelta

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_REGION = "430102"
_FIRST_BIRTHDAY = date(1978, 1, 1)  # young enough to enrol, old enough to work, for years to come
_BIRTHDAYS = 9_000
_SEQUENCES = 999
_SURNAMES = "湘岳衡郴沅澧资浏"
_GIVEN = "骑送快安平顺达远"

PEOPLE = _BIRTHDAYS * _SEQUENCES


def check_digit(first_seventeen: str) -> str:
    """The eighteenth character of a resident identity number (GB 11643-1999, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11]


def id_number(index: int) -> str:
    """The identity number of one invented person; different for every index below PEOPLE."""
    day, sequence = index % _BIRTHDAYS, index // _BIRTHDAYS % _SEQUENCES + 1
    body = f"{_REGION}{_FIRST_BIRTHDAY + timedelta(days=day):%Y%m%d}{sequence:03d}"
    return body + check_digit(body)


def name(index: int) -> str:
    """An invented name of three characters."""
    return _SURNAMES[index % 8] + _GIVEN[index // 8 % 8] + _GIVEN[index // 64 % 8]


def enrolment(index: int, given_at: str) -> bytes:
    """The body of one enrolment: works in Hangzhou, is registered in Hunan. `given_at`: ISO instant; its month starts.

    JSON in UTF-8, as a platform sends it.
    """
    document = {
        "worker": {
            "id_type": "resident_id",
            "id_number": id_number(index),
            "name": name(index),
            "mobile": f"139{index % 100_000_000:08d}",
        },
        "insurance": ["pension"],
        "choice": "workplace",
        "workplace_region": "330106",
        "registered_region": "430102",
        "contribution": {"grade": 60, "cycle": "monthly"},
        "start": given_at[:7],
        "consent": {"reference": f"consent-bench-{index}", "given_at": given_at},
    }
    return json.dumps(document, ensure_ascii=False).encode()
