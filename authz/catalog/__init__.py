"""Which services and actions exist, how they access what, and on which kind of resource."""
