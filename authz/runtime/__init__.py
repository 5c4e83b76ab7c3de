"""Keeps the process healthy: garbage collection, event loop, forks, signals, file descriptors."""
