"""Which rows agree one to one, and which of the others belong together: the first half of the matching, as SQL.

Both engines run this text. Its relations are `here` and `there` (ROW_COLUMNS); each statement is kept as a relation of
its name before the next one runs. A group is known by the smallest key in it, so a run again says the same.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from gateway.batch.sql import literal
from gateway.model.reconciliation import ROW_COLUMNS, Expected, Pairing, Tolerance

Statement = tuple[str, str]
Fingerprint = Callable[[Sequence[str]], str]
"""How an engine says 64 bits that are equal where all of the expressions are; the one thing they say differently."""

COLUMNS = tuple(column for column, _ in ROW_COLUMNS)
LINE_OF_TOTALS = "side, day, region, fund, adjustment"
FEN = "amount + late_fee + interest"
MONEY = ("amount", "late_fee", "interest")
NULLABLE = frozenset({"summary", "trace", "reverses", "person"})
ROUNDS = 8
"""How often labels are passed on. A round at least doubles how far they get; `unsettled` tells if it was enough."""
_POSTING = "summary IS NOT NULL AND (trace IS NULL OR trace = summary)"
_SCOPE = ("region", "fund", "adjustment", "accounting_month")


def rows_statements(
    pairing: Pairing, expected: Sequence[Expected], today: date, fingerprint: Fingerprint, passes: int
) -> Iterator[Statement]:
    """From the two sides to `grouped` (rows that are not plainly equal, with the label of their group) and totals."""
    yield "totals", _summed(both(f"day, region, fund, adjustment, {', '.join(MONEY)}"))
    yield from _odd_keys(pairing, fingerprint, passes)
    yield "taken_back", _taken_back()
    yield "open_keys", _with_what_they_take_back()
    columns = f"{', '.join(COLUMNS)}"
    yield "open_rows", f"SELECT * FROM {both(columns)} WHERE {_among('open_keys')}"
    yield "plain_totals", _summed(both(f"key, day, region, fund, adjustment, {', '.join(MONEY)}"), "open_keys")
    yield "dated", _dated(expected, today)
    yield from _lists()
    yield "links", _links()
    yield from _labels()
    yield (
        "grouped",
        (
            "SELECT d.*, coalesce(l.label, d.key) AS label "
            f"FROM dated AS d LEFT JOIN label_{ROUNDS} AS l ON l.key = d.key"
        ),
    )


def both(columns: str) -> str:
    """The rows of both sides, each with its side."""
    return f"(SELECT 'here' AS side, {columns} FROM here UNION ALL SELECT 'there' AS side, {columns} FROM there) AS b"


def near(one: str, other: str, tolerance: Tolerance | None) -> str:
    """Whether two values are equal, NULL being equal to NULL, or as near as a rule allows."""
    if tolerance is None:
        return f"{one} IS NOT DISTINCT FROM {other}"
    if tolerance.column == "day":
        days = f"INTERVAL '{tolerance.by}' DAY"
        return f"{one} BETWEEN {other} - {days} AND {other} + {days}"
    return f"abs({one} - {other}) <= {tolerance.by}"


def _summed(source: str, but: str = "") -> str:
    kept = f" WHERE NOT {_among(but)}" if but else ""
    return (
        f"SELECT {LINE_OF_TOTALS}, count(*) AS n, CAST(sum({FEN}) AS BIGINT) AS fen "
        f"FROM {source}{kept} GROUP BY {LINE_OF_TOTALS}"
    )


def _among(keys: str) -> str:
    return f"EXISTS (SELECT 1 FROM {keys} AS k WHERE k.key = b.key)"


def _odd_keys(pairing: Pairing, fingerprint: Fingerprint, passes: int) -> Iterator[Statement]:
    """Keys that do not stand once on either side with the same content.

    First the fingerprints of keys, which take an engine half the memory: in several passes, each over a share of them,
    where all at once are too many to be held. Two keys of one fingerprint are both taken to be odd, which only makes
    more work. Fingerprints of one pass are not kept: they are an engine's own.
    """
    if passes == 1:
        every = _odd(pairing, fingerprint, "")
    else:
        names = [f"odd_prints_{number}" for number in range(passes)]
        for number, name in enumerate(names):
            yield name, _odd(pairing, fingerprint, f"WHERE of_key % {passes} = {number} ")
        every = " UNION ALL ".join(f"SELECT of_key FROM {name}" for name in names)
    keyed = f"key, {fingerprint(['key'])} AS of_key"
    found = f"EXISTS (SELECT 1 FROM ({every}) AS p WHERE p.of_key = b.of_key)"
    yield "odd_keys", f"SELECT DISTINCT key FROM {both(keyed)} WHERE {found}"


def _odd(pairing: Pairing, fingerprint: Fingerprint, among: str) -> str:
    """Fingerprints of odd keys: one pass over both sides, no join.

    What is equal has equal fingerprints, and these cancel out. Two that are equal by accident (one in 2**64) would hide
    a difference; where it is one of money, the totals of what agreed tell it (gateway.batch.matching).
    """
    allowed = {each.column: each for each in pairing.tolerances if each.column in pairing.compared}
    exact = [name for name in pairing.compared if name not in allowed]
    marked = fingerprint(["key", *exact, *(f"{name} IS NULL" for name in exact if name in NULLABLE)])
    columns = ", ".join((f"{fingerprint(['key'])} AS of_key", f"{marked} AS print", *allowed))
    within = " AND ".join(near(f"max({name})", f"min({name})", rule) for name, rule in allowed.items()) or "TRUE"
    return (
        f"SELECT of_key FROM {both(columns)} {among}GROUP BY of_key HAVING count(*) <> 2 "
        f"OR count(CASE WHEN side = 'here' THEN 1 END) <> 1 OR bit_xor(print) <> 0 OR NOT ({within})"
    )


def _taken_back() -> str:
    """What odd rows take back. It is kept by itself: an engine that knows how few they are joins them rightly."""
    return f"SELECT DISTINCT reverses FROM {both('key, reverses')} WHERE reverses IS NOT NULL AND {_among('odd_keys')}"


def _with_what_they_take_back() -> str:
    """The odd keys, and those of rows that agree but that an odd row takes back."""
    return (
        "SELECT key FROM odd_keys UNION SELECT t.key FROM taken_back AS r "
        "JOIN (SELECT key, trace FROM here UNION ALL SELECT key, trace FROM there) AS t ON t.trace = r.reverses"
    )


def _dated(expected: Sequence[Expected], today: date) -> str:
    """Open rows: whether the other side has the key too, until when it may be absent there, whether that is over."""
    until = f"CASE WHEN e.until >= DATE '{today}' THEN TRUE ELSE FALSE END"
    return (
        f"SELECT o.*, s.sides = 2 AS paired, e.until AS expected_on, {until} AS waits FROM open_rows AS o "
        "JOIN (SELECT key, count(DISTINCT side) AS sides FROM open_rows GROUP BY key) AS s ON s.key = o.key "
        f"LEFT JOIN ({_calendar(expected)}) AS e ON e.absent_from <> o.side AND e.day = o.day"
    )


def _calendar(expected: Sequence[Expected]) -> str:
    """The latest day until which a row may be absent, by the side it is absent from and the day of its booking."""
    given = [f"({literal(each.absent_from)}, DATE '{each.day}', DATE '{each.until}')" for each in expected]
    rows = ", ".join(given or ["('', DATE '0001-01-01', DATE '0001-01-01')"])
    return (
        f"SELECT absent_from, day, max(until) AS until FROM (VALUES {rows}) AS x(absent_from, day, until) "
        "GROUP BY absent_from, day"
    )


def _lists() -> Iterator[Statement]:
    """Postings that nobody has a list for; and what the other side has alone, which such a list would account for."""
    yield (
        "postings",
        (f"SELECT side, key, summary, day, waits, {', '.join(_SCOPE)} FROM dated WHERE NOT paired AND {_POSTING}"),
    )
    yield (
        "unlisted",
        (
            "SELECT * FROM postings AS p WHERE NOT EXISTS (SELECT 1 FROM "
            f"(SELECT DISTINCT side, summary, {_POSTING} AS posting FROM {both('summary, trace')} "
            "WHERE summary IS NOT NULL AND EXISTS (SELECT 1 FROM postings AS q WHERE q.summary = b.summary)) AS l "
            "WHERE l.summary = p.summary AND (l.side <> p.side OR NOT l.posting))"
        ),
    )
    scope = " AND ".join(f"d.{name} = u.{name}" for name in _SCOPE)
    yield (
        "scopes",
        (
            f"SELECT side, {', '.join(_SCOPE)}, max(day) AS day FROM unlisted WHERE NOT waits "
            f"GROUP BY side, {', '.join(_SCOPE)}"
        ),
    )
    yield (
        "unaccounted",
        (
            f"SELECT d.key, u.side, {', '.join(f'u.{name}' for name in _SCOPE)} FROM dated AS d JOIN scopes AS u "
            f"ON d.side <> u.side AND d.day <= u.day AND {scope} "
            "WHERE NOT d.paired AND NOT d.waits AND d.summary IS NULL AND d.reverses IS NULL"
        ),
    )


def _links() -> str:
    """Which keys a number holds together: of a posting, of a payment that is taken back, of a list that is absent."""
    parts = ("{0}.side", *(f"CAST({{0}}.{name} AS STRING)" for name in _SCOPE))
    scope = " || ' ' || ".join(("'l'", *parts)).format
    of_scope = " AND ".join(f"a.{name} = u.{name}" for name in ("side", *_SCOPE))
    return " UNION ".join(
        (
            "SELECT key, 's ' || summary AS token FROM dated WHERE summary IS NOT NULL",
            "SELECT key, 't ' || reverses FROM dated WHERE reverses IS NOT NULL",
            (
                "SELECT d.key, 't ' || d.trace FROM dated AS d "
                "WHERE EXISTS (SELECT 1 FROM dated AS r WHERE r.reverses = d.trace)"
            ),
            f"SELECT a.key, {scope('a')} FROM unaccounted AS a",
            (
                f"SELECT u.key, {scope('u')} FROM unlisted AS u WHERE NOT u.waits "
                f"AND EXISTS (SELECT 1 FROM unaccounted AS a WHERE {of_scope})"
            ),
        )
    )


def _labels() -> Iterator[Statement]:
    """The smallest key of each group. In a round every key, and what it is labelled with, learn what is near."""
    yield "label_0", "SELECT DISTINCT key, key AS label FROM links"
    for number in range(1, ROUNDS + 1):
        before = f"label_{number - 1}"
        yield (
            f"label_{number}",
            (
                "WITH lows AS (SELECT k.token, min(p.label) AS label FROM links AS k "
                f"JOIN {before} AS p ON p.key = k.key GROUP BY k.token), "
                "reached AS (SELECT k.key, w.label FROM links AS k JOIN lows AS w ON w.token = k.token), "
                "learned AS (SELECT key, min(label) AS label FROM (SELECT key, label FROM reached "
                f"UNION ALL SELECT p.label AS key, n.label FROM reached AS n JOIN {before} AS p ON p.key = n.key) AS x "
                "GROUP BY key) SELECT a.key, b.label FROM learned AS a JOIN learned AS b ON b.key = a.label"
            ),
        )
    yield (
        "unsettled",
        (
            f"SELECT k.token FROM links AS k JOIN label_{ROUNDS} AS p ON p.key = k.key "
            "GROUP BY k.token HAVING min(p.label) <> max(p.label)"
        ),
    )
