"""Second factors: telephone codes, security keys, recovery codes; step-up before grave deeds."""
