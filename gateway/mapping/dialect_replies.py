"""Where the errors hide in replies, and how the dialect itself says no."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from gateway.errors import KINDS, GatewayError
from gateway.mapping.dialect_reading import Form
from gateway.mapping.dialect_rows import at, put
from gateway.mapping.rulefile import RuleFile
from gateway.mapping.tables import Case, Refusal, Trouble

_SHOWN = 500
_NUMBER = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_AT = ("troubles",)


class Troubles:
    """The places where a reply says that something went wrong, in order."""

    def __init__(self, places: Sequence[Trouble], file: RuleFile) -> None:
        for index, place in enumerate(places):
            named = [((*_AT, index, "cases", at, "then"), case.then) for at, case in enumerate(place.cases)]
            for steps, code in [((*_AT, index, "otherwise"), place.otherwise), *named]:
                if code not in KINDS:
                    raise file.invalid(f"the catalogue has no error {code}", *steps)
        self._checks = [_check(place) for place in places]

    def check(self, form: Form, party: str, message: str) -> None:
        """GatewayError of the first place that says something: `party_refused`, `party_fault`, ...

        `reason` holds the party's own words.
        """
        for check in self._checks:
            found = check(form)
            if found is not None:
                code, words = found
                raise GatewayError(code, party=party, message=message, reason=words[:_SHOWN], scope=message)


def _check(place: Trouble) -> Callable[[Form], tuple[str, str] | None]:
    way, words = tuple(place.there.split(".")), tuple(place.words.split(".")) if place.words else ()
    when = [(tuple(there.split(".")), value) for there, value in place.when.items()]

    def check(form: Form) -> tuple[str, str] | None:
        said: Any = at(form, way)
        if any(at(form, there) != value for there, value in when) or said in (None, "") or _fine(place, said):
            return None
        text = str(said) if type(said) in (str, int) else ""
        told = at(form, words) if words else text
        told = told if type(told) is str and told else text
        code = next((case.then for case in place.cases if _meant(case, text) or _meant(case, told)), place.otherwise)
        return code, told

    return check


def _fine(place: Trouble, said: object) -> bool:
    """Whether what is said means that all went well; a number or truth value does where just that is listed."""
    if type(said) is not str:
        return any(type(each) is type(said) and each == said for each in place.fine)
    number = place.fine_from is not None and _NUMBER.fullmatch(said) is not None
    return said in place.fine or (number and int(said) >= (place.fine_from or 0))


def _meant(case: Case, text: str) -> bool:
    whole, part = case.text, case.contains
    return (bool(whole) and text.strip() == whole) or (bool(part) and part.lower() in text.lower())


def refuse(refusals: Sequence[Refusal], error: GatewayError, form: Form) -> Form:
    """`form` with what says `error`: the refusal for its code, else the one for every other."""
    code = error.kind.code
    chosen = next((item for item in refusals if code in item.errors), None)
    chosen = chosen or next(item for item in refusals if not item.errors)
    for place, said in chosen.tells.items():
        put(form, place.split("."), said)
    if chosen.words:
        put(form, chosen.words.split("."), error.text("zh"))
    return form
