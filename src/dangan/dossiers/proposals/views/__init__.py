"""Pages of proposed changes and of the routes they take."""
