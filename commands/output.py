"""How commands show what they found: a table for people, JSON for machines."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

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


def _table(rows: Sequence[Mapping[str, Any]]) -> None:
    names = list(rows[0])
    widths = {name: max(len(name), *(len(str(row[name])) for row in rows)) for name in names}
    for row in ({name: name.upper() for name in names}, *rows):
        click.echo("  ".join(str(row[name]).ljust(widths[name]) for name in names).rstrip())


def _field(name: str, value: Any) -> None:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        click.echo(f"{name}:")
        _table([{key: item for key, item in row.items() if not isinstance(item, dict | list)} for row in value])
    else:
        click.echo(f"{name}: {value}")
