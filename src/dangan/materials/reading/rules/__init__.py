"""What is decided about texts of scans. Pure."""
