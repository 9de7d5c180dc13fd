"""Pages: HR's (``managing``), the decision (``deciding``), the newcomer's (``filling``)."""
