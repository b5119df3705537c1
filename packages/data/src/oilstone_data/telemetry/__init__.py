"""What a build tells about itself."""
