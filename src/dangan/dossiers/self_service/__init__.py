"""员工自助: one's own dossier, what one asks to change in it, and who looked at it."""
