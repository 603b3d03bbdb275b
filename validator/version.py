"""The version of the service, shown by `/health`, in every run row and at the foot of the mail."""

__version__ = "0.1.0"
