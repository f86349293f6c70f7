# ruff: noqa: INP001 - a program of the image, which is run and not imported
"""healthcheck.py URL: exit status 0 where URL answers 200 within two seconds. The image has no other HTTP client."""

import sys
import urllib.error
import urllib.request
from http import HTTPStatus

PATIENCE_SECONDS = 2


def healthy(url: str) -> bool:
    """Whether the process behind `url` says that it is well."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=PATIENCE_SECONDS) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(0 if healthy(sys.argv[1]) else 1)
