"""信息采集表: a newcomer's form behind a one-time link, until HR makes a dossier of it."""
