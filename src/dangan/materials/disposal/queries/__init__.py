"""Reading disposal: the actor first, cut to rights, noted in the log."""
