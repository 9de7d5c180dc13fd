"""The archive room: what stands in cabinets and on screen, from filing to destruction."""
