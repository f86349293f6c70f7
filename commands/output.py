"""How commands show what they found: a table for people, JSON for machines."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

# Columns that are wider than this stand at the end, the widest last.
_WIDE = 60
# What a party says may hold the end of a line, or what a terminal would obey.
_CONTROLS = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))} | {
    ord(each): repr(each)[1:-1] for each in "\t\n\r\u2028\u2029"
}


def not_blank(_context: click.Context, _parameter: click.Parameter, given: str) -> str:
    """A reason that says something: blanks stand in no history; click.BadParameter otherwise."""
    if not given.strip():
        raise click.BadParameter("say why; it is kept")
    return given


as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


def show(rows: Sequence[Mapping[str, Any]], *, as_json: bool, empty: str = "nothing found") -> None:
    """Print rows: a table whose columns are as wide as they need, or a JSON array."""
    if as_json:
        click.echo(json.dumps(list(rows), ensure_ascii=False, indent=1, default=str))
    elif not rows:
        click.echo(empty)
    else:
        _table(rows)


def show_one(document: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one document: indented lines for people, JSON for machines."""
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=1, default=str))
    else:
        for name, value in document.items():
            _field(name, value)


def done(sentence: str, *, as_json: bool, **facts: str) -> None:
    """Say that an act was done: a sentence for people, what it left behind as a JSON object for machines."""
    click.echo(json.dumps(facts, ensure_ascii=False) if as_json else sentence)


def _table(rows: Sequence[Mapping[str, Any]]) -> None:
    names = list(rows[0])
    cells = [{name: str(row[name]).translate(_CONTROLS) for name in names} for row in rows]
    widths = {name: max(len(name), *(len(row[name]) for row in cells)) for name in names}
    for row in ({name: name.upper() for name in names}, *cells):
        click.echo("  ".join(row[name].ljust(widths[name]) for name in names).rstrip())


def _field(name: str, value: Any) -> None:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        click.echo(f"{name}:")
        _table(_rows(value))
    else:
        click.echo(f"{name}: {value if _cell(value) is None else _cell(value)}")


def _rows(found: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The columns that any row fills, long texts behind the others, where they push nothing out of sight."""
    rows = [{key: _cell(item) for key, item in row.items()} for row in found]
    names = dict.fromkeys(key for row in rows for key, cell in row.items() if cell is not None)
    widths = {name: max(len(row.get(name) or "") for row in rows) for name in names}
    ordered = sorted(names, key=lambda name: max(widths[name] - _WIDE, 0))
    return [{name: row.get(name) or "" for name in ordered} for row in rows]


def _cell(value: Any) -> str | None:
    """What stands for a value in one cell or line; None where it holds more than fits there, or nothing at all."""
    if isinstance(value, Mapping):
        parts = [f"{key}={item}" for key, item in value.items() if item is not None]
        return " ".join(parts) or None if all(_plain(item) for item in value.values()) else None
    if isinstance(value, list):
        each = [str(item) if _plain(item) else _cell(item) for item in value]
        return None if not each or None in each else "; ".join(map(str, each))
    return str(value)


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | bool)
