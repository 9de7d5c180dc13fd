"""Proposed changes 信息变更: rows of one dossier as somebody would have them, on their way through
the desks that decide; and the rules that say which changes need no desk at all."""
