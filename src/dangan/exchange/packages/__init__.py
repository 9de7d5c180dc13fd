"""Hand-over packages of one dossier: BagIt 1.0 (RFC 8493), optionally sealed for a receiver."""
