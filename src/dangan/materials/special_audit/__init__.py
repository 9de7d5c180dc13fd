"""Special audit 三龄两历一身份 of a dossier."""
