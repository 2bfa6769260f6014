"""Data of other systems, as values of ours: exports of helpdesks, orders of shops.

``adapters.table`` reads any table by a mapping document, ``adapters.zendesk`` the tables of a Zendesk export,
``adapters.shopify`` and ``adapters.woocommerce`` the orders of those shops. All answer with a :class:`Read`: the value,
what was odd, what was rejected and why, and a count of every row.
"""

from __future__ import annotations

from csprotocol.adapters._export import TicketExport
from csprotocol.adapters._read import FileCount, Notice, Read

__all__ = ["FileCount", "Notice", "Read", "TicketExport"]
