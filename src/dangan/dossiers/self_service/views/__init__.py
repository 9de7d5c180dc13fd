"""Pages of self-service."""
