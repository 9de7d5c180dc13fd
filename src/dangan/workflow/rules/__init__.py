"""How cases go from desk to desk. Pure: no Django, clock, files or network.

:mod:`.definitions` what a flow is · :mod:`.states` where a case stands · :mod:`.directory` what
the engine asks of the organisation · :mod:`.engine` the verbs · :mod:`.showing` what pages show ·
:mod:`.checking` what may serve · :mod:`.foreseeing` who would decide.
"""
