"""Health, metrics, structured logs."""
