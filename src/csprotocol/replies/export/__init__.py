"""The catalogue's replies in the forms of helpdesks, shops and translators, with every loss reported.

>>> from csprotocol.replies import Catalog
>>> from csprotocol.replies.export import export
>>> done = export(Catalog.builtin("en"), "zendesk", locale="en", situations=["order.delayed"])
>>> list(done.files)
['macros.json', 'dynamic_content.json', 'macros_with_dynamic_content.json']
>>> sorted({loss.code for loss in done.losses if loss.variable == "days"})
['no-placeholder', 'plural']
"""

from __future__ import annotations

from csprotocol.replies.export._export import TARGETS, export
from csprotocol.replies.export._exported import LOSS_CODES, Exported, Loss
from csprotocol.replies.export._imported import Imported, import_translations, write_overlay

__all__ = [
    "LOSS_CODES",
    "TARGETS",
    "Exported",
    "Imported",
    "Loss",
    "export",
    "import_translations",
    "write_overlay",
]
