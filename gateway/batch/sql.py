"""SQL as text: literals, names and the shapes of statements. Every value goes through `literal`, none is pasted."""

from collections.abc import Mapping, Sequence


def literal(value: str | int | None) -> str:
    """A value as SQL; characters below the space are written by number, as one client or another drops them."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if not any(character < " " for character in value):
        return "'" + value.replace("'", "''") + "'"
    return "(" + " || ".join(f"chr({ord(one)})" if one < " " else literal(one) for one in value) + ")"


def name(text: str) -> str:
    """The name of a column."""
    return '"' + text.replace('"', '""') + '"'


def select(columns: Mapping[str, str], source: str, *, all_of_it: bool = False) -> str:
    """A query as a source of another; `all_of_it`: the columns of the source too."""
    made = [f"{expression} AS {name(column)}" for column, expression in columns.items()]
    return " ".join(("(SELECT", ", ".join((["*"] if all_of_it else []) + made), "FROM", source, ")"))


def either(cases: Sequence[tuple[str, str]], otherwise: str) -> str:
    """The value of the first condition that holds."""
    if not cases:
        return otherwise
    return " ".join(
        ("CASE", *(f"WHEN {condition} THEN {value}" for condition, value in cases), "ELSE", otherwise, "END")
    )


def union(values: Sequence[str]) -> str:
    """Queries one after another."""
    return " UNION ALL ".join(values)
