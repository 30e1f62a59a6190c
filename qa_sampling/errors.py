"""The few exceptions this package raises on purpose.

Every message says what is wrong, where, what was expected and what to do, and
never holds a child's name, number or date of birth.
"""

from __future__ import annotations


class QASamplingError(Exception):
    """Anything this package refuses on purpose; the command line shows one clear message."""


class ParameterError(QASamplingError):
    """A parameter is missing, unknown, of the wrong type or out of range."""


class SchemaError(QASamplingError):
    """A table lacks declared columns, or holds values its schema does not allow."""


class ExtractError(QASamplingError):
    """A file from the case system cannot be read, or holds faults that cannot be mended.

    Attributes
    ----------
    quality : DataFrame or None
        The whole data-quality report, where there is one.
    """

    quality: object | None = None


class FrameError(QASamplingError):
    """The sampling frame is empty, ambiguous, or not the one that was fixed."""


class AllocationError(QASamplingError):
    """No allocation meets the size and the bounds that were asked for."""


class EstimationError(QASamplingError):
    """What the audits say of all cases cannot be told from what was given."""


class AgreementError(QASamplingError):
    """What the grades say of agreement cannot be told from what was given."""


class TrendError(QASamplingError):
    """What a measure does over time cannot be told from what was given."""


class SelectionError(QASamplingError):
    """A selection method is unknown, or cannot give what was asked of it."""


class AssignmentError(QASamplingError):
    """No assignment of auditors meets the independence rules and the caps."""


class RegisterError(QASamplingError):
    """The register cannot be opened, was tampered with, or would have to be overwritten."""


class SecretError(QASamplingError):
    """A key or a secret is missing, damaged, open to others, or where it must not be."""


class VerificationError(QASamplingError):
    """A published draw does not follow from its frame, its seed and its parameters."""


class FormError(QASamplingError):
    """A file is not an audit form of ours, or its questions cannot be asked."""


class PublicationError(QASamplingError):
    """Outputs could not be published whole."""


class DisclosureError(QASamplingError):
    """A table could identify a child and was not protected."""


class SeedNeeded(QASamplingError):  # noqa: N818 (not a fault: the next step of the procedure)
    """The frame is fixed and waits for the seed that must be given after it."""


class NothingYet(QASamplingError):  # noqa: N818 (not a fault: there is nothing to look at yet)
    """There is nothing yet that a run could work on, such as audits that came back."""


class NothingReturned(RegisterError, NothingYet):  # noqa: N818 (see NothingYet)
    """The register holds nothing yet of what an analysis looks at."""


class NothingToReAudit(FrameError, NothingYet):  # noqa: N818 (see NothingYet)
    """No case asks for another audit."""


class NotebookError(QASamplingError):
    """A notebook failed, or ended before its last cell."""
