"""Pages of loans. They decide nothing."""
