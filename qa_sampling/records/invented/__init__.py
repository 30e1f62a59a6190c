"""The parts of an invented authority; :mod:`qa_sampling.records.synthetic` puts them together."""
