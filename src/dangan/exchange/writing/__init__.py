"""Writing workbooks: templates, rosters, problem lists."""
