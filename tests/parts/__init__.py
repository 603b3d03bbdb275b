"""Real parts for tests: emulators, fakes that speak the real wire formats, and a browser."""
