"""The command line and the Python call: what is typed, what is printed, and what the exit code says."""
