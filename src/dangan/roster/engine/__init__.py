"""The roster's engine: people in columns, cut to rights, filtered, sorted, counted, merged.

It knows neither database nor process: partitions in, partial answers out, and partial answers
merge exactly, whether the partitions lie in one process or in several.
"""
