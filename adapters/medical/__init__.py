"""Medical insurance agencies (医保): systems and numbers of their own, on the products that provinces use.

They carry the messages of a province for the insurances that they keep, and are asked about what is in doubt in the
same ways. A module `<name>.py` here holds what is odd about one of them, or brings what is odd about a dialect.
"""

from adapters.party import Parts
from adapters.provinces import party as province
from gateway.ports import Party


def party(parts: Parts) -> Party:
    """An agency that is not odd."""
    return province(parts)
