"""Sessions and devices, allowed networks, the first administrator."""
