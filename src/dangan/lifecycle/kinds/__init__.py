"""The five kinds of staff movement."""


def register_all() -> None:
    """Makes them known to the workflow; called once from ``AppConfig.ready``."""
    from dangan.lifecycle.kinds.departure import Departure  # noqa: PLC0415 - needs loaded models
    from dangan.lifecycle.kinds.newcomer import Newcomer  # noqa: PLC0415
    from dangan.lifecycle.kinds.promotion import Promotion  # noqa: PLC0415
    from dangan.lifecycle.kinds.regularisation import Regularisation  # noqa: PLC0415
    from dangan.lifecycle.kinds.transfer import Transfer  # noqa: PLC0415
    from dangan.workflow.handling import register  # noqa: PLC0415

    for kind in (Newcomer, Regularisation, Promotion, Transfer, Departure):
        register(kind())
