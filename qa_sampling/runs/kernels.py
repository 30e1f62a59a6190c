"""A kernel whose channels nobody else on the machine can listen to."""

from __future__ import annotations

from jupyter_client.manager import AsyncKernelManager


class PrivateKernelManager(AsyncKernelManager):
    """Kernel manager that encrypts its channels where the installed Jupyter can (CurveZMQ)."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        if self.has_trait("transport_encryption"):
            self.transport_encryption = "required"
