"""Decisions about back-ups: what a manifest says and who signed it, what is kept, which places
are one and the same. Pure."""
