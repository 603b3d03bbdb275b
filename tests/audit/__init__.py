"""`config audit`: what it finds in a checkout, what it leaves alone, and what it repairs."""
