"""Decisions about scans: what a name says, what a picture lacks, how pages may be moved. Pure."""
