"""What records check when they are built, as steps of a column plan, in the order in which the reader builds them."""

from collections.abc import Iterator

from gateway.errors import GatewayError
from gateway.mapping.column_plan_steps import Whereabouts
from gateway.mapping.dialect_plan import Path, Plan
from gateway.model.column_plan import Identified, Present
from gateway.model.shape import shapes

_IDENTITY = {"id_type", "id_number"}


def built(plan: Plan, at: Whereabouts) -> Iterator[Present | Identified]:
    """The checks of the record of `plan` and of the records inside it."""
    if plan.record is not None:
        yield from _Builder(plan, at).record(plan.record, ())


class _Builder:
    def __init__(self, plan: Plan, at: Whereabouts) -> None:
        self._plan = plan
        self._at = at
        read = [step for step in plan.steps if step.here and step.line.only != "write"]
        self._leaves = {step.here: step.place for step in read if step.line.here and not step.line.again}

    def record(self, record: type, path: Path) -> Iterator[Present | Identified]:
        """What is checked while `record` at `path` is built."""
        for item in shapes(record):
            here = (*path, item.name)
            inside = [leaf for leaf in self._leaves if leaf[: len(here)] == here]
            if here in self._leaves or item.many or not item.is_record or not inside:
                continue
            if not item.required:
                yield from self._present(item.kind, here, inside)
            yield from self.record(item.kind, here)
        if hasattr(record, "__post_init__"):
            yield self._identified(record, path)

    def _present(self, record: type, here: Path, inside: list[Path]) -> Iterator[Present]:
        any_of = tuple(map(self._at.path, inside))
        for item in shapes(record):
            leaf = (*here, item.name)
            if item.required and leaf in self._leaves:
                yield Present(self._at.path(leaf), self._leaves[leaf], any_of, self._at.within)

    def _identified(self, record: type, path: Path) -> Identified:
        """The one check that canonical records have: an identity number is right for its kind."""
        number, id_type = (*path, "id_number"), (*path, "id_type")
        if not {item.name for item in shapes(record)} >= _IDENTITY or not {number, id_type} <= self._leaves.keys():
            raise self._invalid(f"{record.__name__} checks what a column plan does not know")
        return Identified(
            self._at.path(number), self._at.path(id_type), ".".join(path) or record.__name__, self._at.within
        )

    def _invalid(self, reason: str) -> GatewayError:
        return self._plan.steps[0].placed.invalid(reason)
