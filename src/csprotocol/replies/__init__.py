"""Replies to customers: sentences, channels and the catalogue they come from."""
