"""Where accounts live, and how a new version of them comes into force."""
