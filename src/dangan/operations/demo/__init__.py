"""The demonstration organisation: people who do not exist, the same every time for one seed.

:mod:`.people` invents them (pure), :mod:`.loading` puts them through the real actions.
"""
