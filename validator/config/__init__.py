"""Every file that is derived from the source of truth: what it holds, and keeping it so."""
