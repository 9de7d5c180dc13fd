"""The engine: definitions, states and what an event does to them. Pure."""
