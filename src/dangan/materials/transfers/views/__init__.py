"""Pages of transfers and custody. They decide nothing."""
