"""``python -m csprotocol``."""

from __future__ import annotations

from csprotocol.cli import main

raise SystemExit(main())
