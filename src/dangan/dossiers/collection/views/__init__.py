"""Pages: HR's (:mod:`.managing`), the decision (:mod:`.deciding`), the newcomer's (:mod:`.filling`)."""
