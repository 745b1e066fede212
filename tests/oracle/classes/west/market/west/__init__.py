"""The other half."""
