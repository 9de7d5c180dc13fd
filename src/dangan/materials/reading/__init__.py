"""Text on scans: read off-line, sealed, searched; fields proposed from cards and certificates."""
