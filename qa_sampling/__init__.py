"""Audit samples, moderation agreement and outcome trends for quality assurance.

The package draws stratified audit samples of children's case files that anyone can
verify, assigns auditors and moderators under independence rules, and keeps what
was decided in an append-only register. The notebooks in ``notebooks/`` are the
workflow; this package holds the methods they call.
"""

__version__ = "0.4.0"
