"""What a decision says of itself: words in both languages, inputs and how each is known, citations."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from gateway.rules.dated import Found, Grade, State

_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Words:
    """One text in Chinese and English."""

    zh: str
    en: str

    def text(self, language: str) -> str:
        """The text in `language` ("zh" or "en")."""
        return self.zh if language == "zh" else self.en

    def __add__(self, other: "Words") -> "Words":
        return Words(self.zh + other.zh, f"{self.en} {other.en}" if self.en and other.en else self.en + other.en)


NOTHING = Words("", "")


@dataclass(frozen=True, slots=True)
class Input:
    """One thing a decision rested on. `known`: "claimed", "verified by <who>" or "contradicted by <who>"."""

    name: str
    value: str
    known: str = "claimed"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a value comes from and how it stands."""

    parameter: str
    region: str
    instrument: str
    grade: Grade
    state: State
    valid_from: date
    valid_to: date | None
    carry_forward: str = ""

    @property
    def text(self) -> Words:
        """The instrument with what must be known of it: carried on, or invented."""
        zh, en = [f"《{self.instrument}》"], [f"“{self.instrument}”"]
        if self.state is State.PROVISIONAL:
            zh.append(f"（暂行，依据《{self.carry_forward}》沿用）")
            en.append(f"(provisional, carried on under “{self.carry_forward}”)")
        if self.grade is Grade.INVENTED:
            zh.append("（虚构）")
            en.append("(invented)")
        return Words("".join(zh), " ".join(en))


@dataclass(frozen=True, slots=True)
class Basis:
    """The citations a decision rests on, and what they make of it.

    `provisional`, `invented`: whether any value behind it is. `text`: the sentence that ends an explanation.
    """

    citations: tuple[Citation, ...]
    provisional: bool
    invented: bool
    text: Words


def cite(found: Found[Any]) -> Citation:
    """The citation of one value found."""
    value = found.value
    return Citation(
        parameter=value.parameter,
        region=value.region,
        instrument=value.instrument,
        grade=value.grade,
        state=found.state,
        valid_from=value.valid_from,
        valid_to=value.valid_to,
        carry_forward=value.carry_forward,
    )


@lru_cache(maxsize=_REMEMBERED)
def basis(*founds: Found[Any]) -> Basis:
    """The basis that several values make, each named once. The same values make the same basis, so it is remembered."""
    citations = tuple(dict.fromkeys(cite(found) for found in founds))
    texts = list(dict.fromkeys(citation.text for citation in citations))
    return Basis(
        citations=citations,
        provisional=any(found.provisional for found in founds),
        invented=any(found.invented for found in founds),
        text=Words(
            "依据：" + "、".join(text.zh for text in texts) + "。",
            "By " + ", ".join(text.en for text in texts) + ".",
        ),
    )
