"""Journals that outlive the program: SQLite, and through SQLAlchemy PostgreSQL, MySQL and MariaDB.

One schema and one logic for all of them; ``csprotocol.incident`` decides, this package remembers.
"""

from __future__ import annotations

from csprotocol.store._journal import SqlJournal
from csprotocol.store._open import sqlalchemy, sqlite
from csprotocol.store._sqlite import Durability
from csprotocol.store._verify import Damage, Verification

__all__ = ["Damage", "Durability", "SqlJournal", "Verification", "sqlalchemy", "sqlite"]
