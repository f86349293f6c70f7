"""The journal's tables. Only keys and links are ever changed; records and seals are written once."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table, UniqueConstraint

from gateway.store.columns import code, index_where, metadata

_RECORD_ID_LENGTH = 64
_HASH_LENGTH = 32

journal_records = Table(
    "journal_records",
    metadata,
    Column("stream", String(40), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    code("direction", 3),
    code("party", 64),
    code("message", 64),
    code("media_type", 128),
    # Here and in seals: whole microseconds since 1970 UTC, unconverted, for `verify` reads whatever somebody put there.
    Column("at", BigInteger, nullable=False),
    code("about", 64),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("hash", LargeBinary(_HASH_LENGTH), nullable=False),
)

# Apart from the records, so that a key can be wrapped anew or destroyed (`wrapped` empty) without touching the chain.
journal_keys = Table(
    "journal_keys",
    metadata,
    Column("stream", String(40), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("person", String(40), nullable=True),
    Column("wrapped", LargeBinary, nullable=True),
    index_where("ix_journal_keys_person", "person", where="person IS NOT NULL"),
    sqlite_with_rowid=False,  # short rows: one tree to write instead of two
)

journal_links = Table(
    "journal_links",
    metadata,
    code("record", _RECORD_ID_LENGTH, primary=True),
    code("case", primary=True),
    code("leg", primary=True),
    Column("person", String(40), nullable=False, index=True),
    Index("ix_journal_links_case", "case"),
)

journal_seals = Table(
    "journal_seals",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("previous", LargeBinary(_HASH_LENGTH), nullable=False),
    Column("heads", LargeBinary(_HASH_LENGTH), nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
)

# The streams that grew since the seal before, each with its newest record.
journal_seal_heads = Table(
    "journal_seal_heads",
    metadata,
    Column("seal", BigInteger, ForeignKey("journal_seals.number"), primary_key=True),
    Column("stream", String(40), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary(_HASH_LENGTH), nullable=False),
    UniqueConstraint("stream", "number"),
)

JOURNAL_TABLES = (journal_records, journal_keys, journal_links, journal_seals, journal_seal_heads)
