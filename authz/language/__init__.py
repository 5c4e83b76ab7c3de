"""What a policy says: CAM policy documents as immutable types, and the strict reading of their text."""
