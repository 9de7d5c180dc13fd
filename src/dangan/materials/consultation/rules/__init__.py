"""Decisions about consultation, copying and provision: who may ask for what, when a reading is
open, what may be granted. Pure."""
