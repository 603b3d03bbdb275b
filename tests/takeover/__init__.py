"""What the pipeline's own repository takes from this project, tried in a repository like it."""
