"""The database's floor: the bytes of one enrolment as one row, one commit each, nothing else.

`python -m bench.rows DATABASE_URL SECONDS BYTES WRITERS` prints rows per second.
"""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Column, Engine, Integer, LargeBinary, MetaData, Table, create_engine

_ROWS = Table("bench_rows", MetaData(), Column("id", Integer, primary_key=True), Column("body", LargeBinary))

# By the driver itself: the toolkit's own work is no part of a floor.
_INSERT = {
    "sqlite": "INSERT INTO bench_rows (body) VALUES (?)",
    "postgresql": "INSERT INTO bench_rows (body) VALUES (%s)",
}


def main(database: str, seconds: str, size: str, writers: str) -> None:
    """Insert and commit until the time is over; SQLite has one writer, whatever is asked for."""
    engine = create_engine(database, pool_size=int(writers))
    _ROWS.metadata.create_all(engine)
    count = 1 if engine.dialect.name == "sqlite" else int(writers)
    start = threading.Barrier(count)
    with ThreadPoolExecutor(count) as pool:
        done = list(pool.map(lambda _: _write(engine, start, float(seconds), int(size)), range(count)))
    sys.stdout.write(f"{sum(done):.3f}\n")


def _write(engine: Engine, start: threading.Barrier, seconds: float, size: int) -> float:
    insert = _INSERT[engine.dialect.name]
    body, rows = b"x" * size, 0
    raw = engine.raw_connection()
    cursor = raw.cursor()
    if engine.dialect.name == "sqlite":
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
    start.wait()
    began = time.perf_counter()
    while (elapsed := time.perf_counter() - began) < seconds:
        cursor.execute(insert, (body,))
        raw.commit()
        rows += 1
    raw.close()
    return rows / elapsed


if __name__ == "__main__":
    main(*sys.argv[1:])
