"""Where an enrolment belongs, by dated rule."""

from dataclasses import dataclass

from gateway.errors import GatewayError
from gateway.model.codes import Choice, Insurance
from gateway.model.values import Region
from gateway.rules.dated import Parameter
from gateway.rules.explained import Basis, Input, Words, basis
from gateway.rules.law import Application, Question
from gateway.rules.route import Via, served


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """At which places an insurance may be taken up; where it goes instead when the choice is not among them."""

    rule: str
    allowed: tuple[Choice, ...]
    words: Words
    otherwise: Choice | None = None


PLACE = Parameter("place", PlaceRule)


@dataclass(frozen=True, slots=True)
class Determination:
    """Where one insurance is enrolled, who serves it, by which rule, from what inputs.

    `agency` registers (for medical insurances the medical agency, which is then named once more).
    """

    insurance: Insurance
    choice: Choice
    placed_at: Choice
    region: Region
    agency: str
    agency_region: Region
    medical_agency: str
    tax_office: str
    treasury: str
    card_centre: str
    province_party: str
    tax_party: str
    via: Via
    rule: str
    basis: Basis
    inputs: tuple[Input, ...]
    explanation: Words

    @property
    def provisional(self) -> bool:
        """Whether any value behind it is only carried on."""
        return self.basis.provisional

    @property
    def invented(self) -> bool:
        """Whether any value behind it was made up."""
        return self.basis.invented


def chosen_region(application: Application, choice: Choice) -> Region:
    """The region that a choice stands for."""
    return application.workplace if choice is Choice.WORKPLACE else application.registered


def determine(question: Question, application: Application) -> Determination:
    """Place one insurance. `question.region` is the place that the worker chose.

    GatewayError `place_not_allowed`, `route_missing` (naming the role), `parameter_missing`.
    """
    found = question.find(PLACE)
    placed_at = _placed_at(question, application.choice, found.content)
    region = chosen_region(application, placed_at)
    by = served(Question(question.law, question.insurance, region.code, question.on, question.payer_kind))
    rests = basis(found, by.found)
    return Determination(
        insurance=question.insurance,
        choice=application.choice,
        placed_at=placed_at,
        region=region,
        agency=by.agency,
        agency_region=by.agency_region,
        medical_agency=by.medical_agency,
        tax_office=by.tax_office,
        treasury=by.treasury,
        card_centre=by.found.content.card_centre,
        province_party=by.province_party,
        tax_party=by.tax_party,
        via=by.found.content.via,
        rule=found.content.rule,
        basis=rests,
        inputs=(
            Input("choice", application.choice.value),
            Input("workplace_region", application.workplace.code),
            Input("registered_region", application.registered.code),
        ),
        explanation=_explained(by.place, application.choice, placed_at, found.content) + rests.text,
    )


def _placed_at(question: Question, choice: Choice, rule: PlaceRule) -> Choice:
    if choice in rule.allowed:
        return choice
    if rule.otherwise is None:
        reason = f"{rule.words.zh} / {rule.words.en}"
        raise GatewayError("place_not_allowed", insurance=question.insurance.value, choice=choice.value, reason=reason)
    return rule.otherwise


def _explained(place: str, choice: Choice, placed_at: Choice, rule: PlaceRule) -> Words:
    zh, en = _SAID[placed_at]
    said = Words(f"参保地为{zh}{place}。", f"Placed at the {en}, {place}.")
    if choice is not placed_at:
        zh, en = _SAID[choice]
        said = (
            Words(f"您选择了{zh}，但该险种不适用。", f"The {en} was asked for, which this insurance does not allow.")
            + said
        )
    return said + rule.words


_SAID = {Choice.WORKPLACE: ("就业地", "place of work"), Choice.REGISTERED: ("户籍地", "place of registration")}
