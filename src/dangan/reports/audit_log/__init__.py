"""The log's page: searching, one event with its proof, taking results out."""
