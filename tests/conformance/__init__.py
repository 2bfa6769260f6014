"""Worked examples in a language-neutral form, run against the public API."""
