"""The pure part of the log: events, the Merkle tree, signed checkpoints."""

from dangan.audit.rules.events import (
    Entry,
    Event,
    Outcome,
    Trail,
    encode_entry,
    parse_entry,
    split_mac,
)
from dangan.audit.rules.merkle import (
    Edge,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from dangan.audit.rules.notes import BadNote, Checkpoint, Verifier, public_key_of

__all__ = [
    "BadNote",
    "Checkpoint",
    "Edge",
    "Entry",
    "Event",
    "Outcome",
    "Trail",
    "Verifier",
    "consistency_proof",
    "encode_entry",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "parse_entry",
    "public_key_of",
    "root_of",
    "split_mac",
    "verify_consistency",
    "verify_inclusion",
]
