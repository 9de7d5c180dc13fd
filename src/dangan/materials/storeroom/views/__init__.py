"""Pages of the storeroom. They decide nothing."""
