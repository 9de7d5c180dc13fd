"""What an information set, a field and a code table are. Pure: no files, clock or database.

Everything personal that the system stores is described by a :class:`Dictionary`: the built-in
part comes from TOML (see :mod:`.loading`), the part added on a page from the database
(see :mod:`.custom`). After merging nobody can tell them apart.
"""

from dangan.dictionary.rules.labels import (
    CHECKS,
    FIELD_TYPES,
    LEGAL_BASES,
    LEGAL_SHORT,
    MASKS,
    OWNERS,
    RETENTIONS,
    SELF_SERVICE,
    FieldClass,
)
from dangan.dictionary.rules.messages import (
    BadValue,
    Message,
)
from dangan.dictionary.rules.shapes import (
    OPEN_END,
    Code,
    CodeTable,
    Dictionary,
    Field,
    InfoSet,
    Json,
)

__all__ = [
    "CHECKS",
    "FIELD_TYPES",
    "LEGAL_BASES",
    "LEGAL_SHORT",
    "MASKS",
    "OPEN_END",
    "OWNERS",
    "RETENTIONS",
    "SELF_SERVICE",
    "BadValue",
    "Code",
    "CodeTable",
    "Dictionary",
    "Field",
    "FieldClass",
    "InfoSet",
    "Json",
    "Message",
]
