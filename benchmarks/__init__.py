"""Measurements of csprotocol beside its peers; ``python -m benchmarks`` runs all of them."""
