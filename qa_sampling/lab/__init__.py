"""JupyterLab on the notebooks: how it starts, its start page, and what a save leaves."""
