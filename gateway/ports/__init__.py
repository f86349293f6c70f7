"""What the core asks of the world: Party, Dialect, Attempt, Journal, Now. Protocols and the plain records they pass."""

from gateway.ports.files import Outlet, RemoteFile, RemoteFiles
from gateway.ports.journal import Crossing, Journal, Kept
from gateway.ports.parties import (
    KEPT_AS,
    Attempt,
    CarriesTogether,
    Desk,
    InquireBy,
    Outcome,
    OutcomeKind,
    Party,
    Support,
    Work,
    carries_together,
)
from gateway.ports.wire import Control, Dialect, Document, Now, Sessions

__all__ = [
    "KEPT_AS",
    "Attempt",
    "CarriesTogether",
    "Control",
    "Crossing",
    "Desk",
    "Dialect",
    "Document",
    "InquireBy",
    "Journal",
    "Kept",
    "Now",
    "Outcome",
    "OutcomeKind",
    "Outlet",
    "Party",
    "RemoteFile",
    "RemoteFiles",
    "Sessions",
    "Support",
    "Work",
    "carries_together",
]
