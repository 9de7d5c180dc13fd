"""Decisions about imported sheets: values in, values out; no Django, clock, files or network.

The way of a sheet: :mod:`.headings` finds the row of headings, :mod:`.guessing` says which field
each column is, :mod:`.mapping` is what a person may correct, :mod:`.reading` turns rows into
values, :mod:`.joining` brings the rows of one person together, :mod:`.planning` compares with
what is stored. :mod:`.report` is what comes out for people and scripts.
"""
