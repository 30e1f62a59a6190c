"""The whole QA programme on one page: the run of notebook 80."""
