"""One module a domain."""
