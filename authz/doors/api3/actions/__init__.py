"""The actions of the API, one file a family: request fields, use case, and rendering of the answer."""
