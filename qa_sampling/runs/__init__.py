"""What a run is: inputs, execution, publication, and one folder a notebook."""
