"""Tests of csprotocol.replies."""
