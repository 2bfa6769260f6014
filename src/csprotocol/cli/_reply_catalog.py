"""The catalogue that the actions of ``csprotocol reply`` work with."""

from __future__ import annotations

from csprotocol.replies import Catalog

__all__ = ["catalog_with"]


def catalog_with(overlay: str | None, *, strict: bool = True) -> Catalog:
    """The library's catalogue, with the sentences in the folder ``overlay`` on top."""
    catalog = Catalog.builtin()
    return catalog if overlay is None else catalog.overlay(overlay, strict=strict)
