"""How results look in a notebook: as a small page, or as Markdown where a notebook prefers it."""

from __future__ import annotations

from csprotocol.kpi._view import View

__all__ = ["Viewed"]


class Viewed:
    """A result that a notebook shows as more than one line. A subclass says what there is to see."""

    __slots__ = ()

    def _view(self) -> View:
        """Its name and its one line, unless it has more to show."""
        return View(type(self).__name__, str(self))

    def _repr_html_(self) -> str:
        # Looked for by notebooks only: nobody else pays for the import.
        from csprotocol.kpi._page import html_page

        return html_page(self._view())

    def _repr_markdown_(self) -> str:
        from csprotocol.kpi._page import markdown_page

        return markdown_page(self._view())
