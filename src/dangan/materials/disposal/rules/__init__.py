"""Decisions of disposal: when a term is over, who may witness, how far a destruction reaches.
Pure."""
