"""Pages of second factors: the second step, the proof of presence, one's own sign-in security."""
