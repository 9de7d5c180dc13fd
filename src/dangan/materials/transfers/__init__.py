"""Transfer 转递 with slip and receipt; custody handed over between archivists."""
