"""dangan 档案: personnel records and archives for Chinese organisations."""
