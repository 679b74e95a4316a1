-- An error that is nothing.
error()
