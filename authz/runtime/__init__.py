"""Set-up of a process: garbage collection, event loop, forks, signals and file descriptors."""
