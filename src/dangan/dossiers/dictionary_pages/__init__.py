"""The pages of the dictionary. They stand here because they need accounts, rights and the log,
which lie above the dictionary itself."""
