"""Pages of receipts, gaps and requests."""
