"""Pages of materials: taken in, checked, put in order, shown."""
