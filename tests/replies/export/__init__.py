"""Exports of replies."""
