"""What torpor.port promises, asked of every port."""
