"""The ordinary party: a dialect and a transport, and what its `party.yaml` says of it; nine in ten need no more."""

from adapters.party.assembly import Parts, recorded, setting_name, transport
from adapters.party.inquiry import Finding, Inquiry, Ways
from adapters.party.ordinary import OrdinaryParty
from adapters.party.profile import Profile, read_profile

__all__ = [
    "Finding",
    "Inquiry",
    "OrdinaryParty",
    "Parts",
    "Profile",
    "Ways",
    "read_profile",
    "recorded",
    "setting_name",
    "transport",
]
