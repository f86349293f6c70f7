"""Whom a question about insurances is for: a party may keep only some of them."""

from dataclasses import replace
from typing import Any, TypeVar

from gateway.ports import Party

Question = TypeVar("Question")


def left_of(question: Question, party: Party) -> Question | None:
    """The question as `party` is to be asked it: about the insurances that it keeps; None where it keeps none of them.

    One about every insurance, or about none in particular, is for everybody.
    """
    whole: Any = question
    keeps = party.supports[type(question).__name__].keeps
    if not keeps or not hasattr(whole, "insurances"):
        return question
    left = tuple(each for each in whole.insurances or keeps if each in keeps)
    narrowed: Question | None = replace(whole, insurances=left) if left else None
    return narrowed
