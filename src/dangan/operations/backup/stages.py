"""What is done inside a restored installation: ``python -m dangan.operations.backup.stages``.

Whoever restores starts this as a process of its own, with ``DANGAN_HOME`` set to the restored
folder, since settings are read once a process. The order comes as JSON on standard input, the
answer goes as JSON to standard output.
"""

from __future__ import annotations

import os
import sys

import django
import msgspec

from dangan.operations.backup.rules.orders import Order


def main() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    # The answer alone goes to standard output, whatever libraries say.
    answer_to = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dangan.config.settings")
    django.setup()
    from dangan.operations.backup import inside  # noqa: PLC0415 - needs the settings
    from dangan.operations.schema import bring_up_to_date  # noqa: PLC0415

    bring_up_to_date()
    deeds = {"settle": inside.settle, "prove": inside.prove, "sign": inside.sign}
    answer_to.write(msgspec.json.encode(deeds[order.deed](order)))
    answer_to.close()


if __name__ == "__main__":
    main()
